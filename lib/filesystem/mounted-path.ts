// Paths as mounts compare them: absolute, with `/` between names.
import { textOf } from '../arguments/path.js';
import type { FilePath } from './filesystem.js';

export { textOf };

/** The start of a URL. Such paths are never resolved or normalized, because `//` and `..` may be part of a key. */
export const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

const isWindows = process.platform === 'win32';
const FILE_NAME = isWindows ? /[\\/]/ : /\//;

/** The absolute path, without `.` and `..`. */
export function absolute(path: FilePath): string {
  const text = textOf(path);
  return SCHEME.test(text) ? text : withoutDots(rooted(text));
}

/** An absolute path without `.`, `..` and doubled slashes. */
export function withoutDots(whole: string): string {
  return /\/\.{0,2}(\/|$)/.test(whole) ? normalized(whole) : whole;
}

/** The absolute path as spelt, with its `.` and `..`. */
export function rooted(text: string): string {
  const slashed = isWindows ? text.replaceAll('\\', '/') : text;
  if (slashed.startsWith('/') || (isWindows && /^[A-Za-z]:\//.test(slashed))) return slashed;
  const above = process.cwd();
  const from = isWindows ? above.replaceAll('\\', '/') : above;
  return slashed === '' ? from : `${from === '/' ? '' : from}/${slashed}`;
}

/** Without `.`, `..` and doubled slashes; a slash at the end stays. */
export function normalized(path: string): string {
  const drive = /^[A-Za-z]:/.exec(path)?.[0] ?? '';
  const names: string[] = [];
  for (const name of path.slice(drive.length).split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..') names.pop();
    else names.push(name);
  }
  const end = names.length > 0 && path.endsWith('/') ? '/' : '';
  return `${drive}/${names.join('/')}${end}`;
}

/** The last name of a path: bytes if the path is bytes. */
export function baseName(path: FilePath): FilePath {
  // One character per byte, so that bytes that are not UTF-8 stay as they are.
  const text = typeof path === 'string' ? path : Buffer.from(path).toString('latin1');
  const name =
    text
      .replace(/[\\/]+$/, '')
      .split(FILE_NAME)
      .pop() ?? '';
  return typeof path === 'string' ? name : Buffer.from(name, 'latin1');
}

/** `name` in the directory `path`. */
export function joined(path: FilePath, name: FilePath): FilePath {
  if (typeof path === 'string' && typeof name === 'string')
    return path === '' || path.endsWith('/') ? path + name : `${path}/${name}`;
  const above = Buffer.from(path);
  const between = above.length === 0 || above[above.length - 1] === 47 ? '' : '/';
  return Buffer.concat([above, Buffer.from(between), Buffer.from(name)]);
}
