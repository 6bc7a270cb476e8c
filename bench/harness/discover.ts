// Finds contenders and workloads by listing their folders, so that adding one is adding a file.
import { readdirSync } from 'node:fs';

/**
 * The default exports of every .ts file of a folder beside this one; a file may export one or an array of them.
 * Sorted by `order` (100 when missing), then by file name.
 */
export async function discover<T extends { readonly order?: number }>(
  folder: 'contenders' | 'workloads',
): Promise<(T & { file: string })[]> {
  const directory = new URL(`../${folder}/`, import.meta.url);
  const found: (T & { order: number; file: string })[] = [];
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith('.ts')) continue;
    const module = (await import(new URL(file, directory).href)) as { default: T | T[] };
    for (const item of Array.isArray(module.default) ? module.default : [module.default])
      found.push({ order: 100, file: `bench/${folder}/${file}`, ...item });
  }
  return found.sort((a, b) => a.order - b.order);
}

/** Whether a name is requested. An empty list requests all. The beginning of a name is sufficient. */
export function isWanted(name: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix));
}
