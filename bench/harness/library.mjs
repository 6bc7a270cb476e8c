// The one place of the benchmark that imports uvfiles: what is not exported yet is found missing here, by name.
let library;
let failure;

try {
  library = await import('uvfiles');
} catch (error) {
  failure = error;
}

/** The module's exports; throws what importing it threw when it could not be loaded. */
export function uvfiles() {
  if (failure !== undefined) throw failure;
  return library;
}

/** Why the library cannot be loaded at all, or undefined when it can. */
export function whyNotLoaded() {
  return failure?.message.split('\n')[0];
}

/** The first of the dotted names (such as `os.walk`) that uvfiles does not export, or undefined when all are there. */
export function firstMissing(names) {
  if (failure !== undefined) return 'uvfiles';
  return names.find((name) => lookUp(name) === undefined);
}

/** Switches the inline path for every following operation; where that cannot be configured yet, there is none. */
export function setInline(inline) {
  if (failure !== undefined || library.configure === undefined) return;
  // Written out: what is left out stays as another contender has set it.
  library.configure({ inline: inline === true ? { maxBytes: 64 * 1024, budgetMicros: 200 } : inline });
}

function lookUp(name) {
  let value = library;
  for (const key of name.split('.')) value = value?.[key];
  return value;
}
