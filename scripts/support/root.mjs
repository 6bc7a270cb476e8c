// @ts-check (plain JavaScript, because it runs before the packages are installed) The location of the repository, so that every
//   script works in any current directory.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * An absolute path inside the repository.
 * @param {string[]} parts
 */
export const inRoot = (...parts) => path.join(root, ...parts);
