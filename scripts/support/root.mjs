// Where the repository stands, so that every script works whatever the current directory is.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** An absolute path inside the repository. */
export const inRoot = (...parts) => path.join(root, ...parts);
