// The same with require().
import type * as nodePromises from 'node:fs/promises';
import fs = require('uvfiles/promises');

export const asNodes: Omit<typeof nodePromises, 'default'> = fs;
export const reading: Promise<string> = fs.readFile('f', 'utf8');
export const again: Promise<string> = fs.default.readFile('f', 'utf8');
