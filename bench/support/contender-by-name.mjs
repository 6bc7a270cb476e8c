// Child processes get a contender's name and load it themselves.
/** The default export of bench/contenders/NAME.mjs. */
export async function contenderByName(name) {
  const module = await import(new URL(`../contenders/${name}.mjs`, import.meta.url).href);
  return module.default;
}
