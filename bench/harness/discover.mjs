// Finds contenders and workloads by listing their folders, so that adding one is adding a file.
import { readdirSync } from 'node:fs';

/**
 * The default exports of every .mjs file of a folder beside this one; a file may export one or an array of them.
 * Sorted by `order` (100 when missing), then by file name.
 */
export async function discover(folder) {
  const directory = new URL(`../${folder}/`, import.meta.url);
  const found = [];
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith('.mjs')) continue;
    const module = await import(new URL(file, directory).href);
    for (const item of [module.default].flat())
      found.push({ order: 100, file: `bench/${folder}/${file}`, ...item });
  }
  return found.sort((a, b) => a.order - b.order);
}

/** True when a name is asked for: an empty list asks for all, a beginning of the name is enough. */
export function isWanted(name, wanted) {
  return wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix));
}
