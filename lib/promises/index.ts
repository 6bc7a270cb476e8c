/// <reference types="node" preserve="true" />
// uvfiles/promises: node:fs/promises by another name, on the file systems, lanes and the inline path of this library.
import { constants } from 'node:fs';
import type * as nodePromises from 'node:fs/promises';

import { invalidArgType } from '../errors/index.js';
import { callFrom } from '../schedule/call.js';
import { Lane } from '../schedule/lane.js';
import type { GivenOptions } from '../schedule/options.js';
import { cp } from './cp.js';
import { opendir, readdir } from './directories.js';
import { glob as globEither } from './glob.js';
import * as names from './names.js';
import { node } from './node.js';
import { open } from './open.js';
import * as others from './others.js';
import { rm } from './rm.js';
import * as contents from './whole-file.js';

export type { FileHandle } from 'node:fs/promises';

type NodePromises = typeof nodePromises;
/** A function that not every version of Node has. */
type Newer<Name extends string> =
  NodePromises extends Record<Name, infer Function> ? Function : ((...args: never[]) => unknown) | undefined;

/** All of node:fs/promises, and `withLane`. */
export type Promises = NodePromises & {
  /**
   * Returns the same functions with every operation in `lane`, including those of the FileHandles that they open. Calls
   * that are passed on to Node (docs/promises.md lists them) have no lane.
   * @throws TypeError ERR_INVALID_ARG_TYPE if it is not a lane
   * @example const background = fs.withLane(lanes.bulk);
   */
  withLane(lane: Lane): Promises;
};

/** The functions, each with the options of `call`. Functions that the running Node lacks are missing. */
function functionsFor(call: GivenOptions): Promises {
  const functions = {
    access: (path: unknown, mode: unknown) => names.access(call, path, mode),
    appendFile: (path: unknown, data: unknown, o: unknown) => contents.write(call, path, data, o, 'a'),
    chmod: (path: unknown, mode: unknown) => names.chmod(call, path, mode),
    chown: (path: unknown, uid: unknown, gid: unknown) => names.changeOwner(call, path, uid, gid, true),
    constants,
    copyFile: (src: unknown, dest: unknown, mode: unknown) => others.copyFile(call, src, dest, mode),
    cp: (src: unknown, dest: unknown, o: unknown) => cp(call, src, dest, o),
    glob: (pattern: unknown, o: unknown) => globEither(call, pattern, o),
    lchmod: (path: unknown, mode: unknown) => others.lchmod(call, path, mode),
    lchown: (path: unknown, uid: unknown, gid: unknown) => names.changeOwner(call, path, uid, gid, false),
    link: (existing: unknown, path: unknown) => names.link(call, existing, path),
    lstat: (path: unknown, o: unknown) => names.status(call, path, o, false),
    lutimes: (path: unknown, atime: unknown, mtime: unknown) => others.times(call, path, atime, mtime, false),
    mkdir: (path: unknown, o: unknown) => names.mkdir(call, path, o),
    mkdtemp: (prefix: unknown, o: unknown) => others.mkdtemp(call, prefix, o),
    mkdtempDisposable: (prefix: unknown, o: unknown) => others.mkdtempDisposable(call, prefix, o),
    open: (path: unknown, flags: unknown, mode: unknown) => open(call, path, flags, mode),
    opendir: (path: unknown, o: unknown) => opendir(call, path, o),
    readFile: (path: unknown, o: unknown) => contents.readFile(call, path, o),
    readdir: (path: unknown, o: unknown) => readdir(call, path, o),
    readlink: (path: unknown, o: unknown) => names.readlink(call, path, o),
    realpath: (path: unknown, o: unknown) => names.realpath(call, path, o),
    rename: (from: unknown, to: unknown) => names.rename(call, from, to),
    rm: (path: unknown, o: unknown) => rm(call, path, o),
    rmdir: (path: unknown, o: unknown) => names.rmdir(call, path, o),
    stat: (path: unknown, o: unknown) => names.status(call, path, o, true),
    statfs: (path: unknown, o: unknown) => others.statfs(call, path, o),
    symlink: (target: unknown, path: unknown, type: unknown) => names.symlink(call, target, path, type),
    truncate: (path: unknown, length: unknown) => others.truncate(call, path, length),
    unlink: (path: unknown) => names.unlink(call, path),
    utimes: (path: unknown, atime: unknown, mtime: unknown) => others.times(call, path, atime, mtime, true),
    watch: (path: unknown, o: unknown) => others.watch(call, path, o),
    withLane,
    writeFile: (path: unknown, data: unknown, o: unknown) => contents.write(call, path, data, o, 'w'),
  };
  for (const name of NEWER) if (!(name in node)) Reflect.deleteProperty(functions, name);
  return functions as unknown as Promises;
}

const NEWER = ['glob', 'mkdtempDisposable'];

/**
 * Returns the same functions with every operation in `lane`, including those of the FileHandles that they open. Calls that
 * are passed on to Node (docs/promises.md lists them) have no lane.
 * @param lane a lane of `uvfiles`
 * @returns the functions of this module
 * @throws TypeError ERR_INVALID_ARG_TYPE if it is not a lane
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example const background = fs.withLane(lanes.bulk);
 */
export function withLane(lane: Lane): Promises {
  if (!(lane instanceof Lane)) throw invalidArgType('lane', 'an instance of Lane', lane);
  return functionsFor(callFrom(undefined, lane, undefined));
}

const promises = functionsFor(undefined);

export const access: NodePromises['access'] = promises.access;
export const appendFile: NodePromises['appendFile'] = promises.appendFile;
export const chmod: NodePromises['chmod'] = promises.chmod;
export const chown: NodePromises['chown'] = promises.chown;
export const copyFile: NodePromises['copyFile'] = promises.copyFile;
const copy: NodePromises['cp'] = promises.cp;
export { constants, copy as cp };
// The type is written out, so that the declaration refers to the program's version of Node's types, not to that of this
// build.
export const glob: Newer<'glob'> = (promises as unknown as Record<'glob', Newer<'glob'>>).glob;
// eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as Node has it
export const lchmod: NodePromises['lchmod'] = promises.lchmod;
export const lchown: NodePromises['lchown'] = promises.lchown;
export const link: NodePromises['link'] = promises.link;
export const lstat: NodePromises['lstat'] = promises.lstat;
export const lutimes: NodePromises['lutimes'] = promises.lutimes;
export const mkdir: NodePromises['mkdir'] = promises.mkdir;
export const mkdtemp: NodePromises['mkdtemp'] = promises.mkdtemp;
export const mkdtempDisposable: Newer<'mkdtempDisposable'> = (
  promises as unknown as Record<'mkdtempDisposable', Newer<'mkdtempDisposable'>>
).mkdtempDisposable;
const openFile: NodePromises['open'] = promises.open;
const openDirectory: NodePromises['opendir'] = promises.opendir;
const readDirectory: NodePromises['readdir'] = promises.readdir;
const remove: NodePromises['rm'] = promises.rm;
export { openFile as open, openDirectory as opendir, readDirectory as readdir, remove as rm };
export const readFile: NodePromises['readFile'] = promises.readFile;
export const readlink: NodePromises['readlink'] = promises.readlink;
export const realpath: NodePromises['realpath'] = promises.realpath;
export const rename: NodePromises['rename'] = promises.rename;
export const rmdir: NodePromises['rmdir'] = promises.rmdir;
export const stat: NodePromises['stat'] = promises.stat;
export const statfs: NodePromises['statfs'] = promises.statfs;
export const symlink: NodePromises['symlink'] = promises.symlink;
export const truncate: NodePromises['truncate'] = promises.truncate;
export const unlink: NodePromises['unlink'] = promises.unlink;
export const utimes: NodePromises['utimes'] = promises.utimes;
export const watch: NodePromises['watch'] = promises.watch;
export const writeFile: NodePromises['writeFile'] = promises.writeFile;
export default promises;

// As in Node, the default export is the module itself, functions that this version lacks are missing, and a test can
// replace every function. The ES module lists all names (scripts/steps/facades.ts), because its exports are fixed.
const own = module.exports as Record<string | symbol, unknown>;
Object.defineProperty(own, Symbol.for('uvfiles.exports'), { value: Object.keys(own) });
for (const name of NEWER) if (!(name in node)) Reflect.deleteProperty(own, name);
Object.defineProperty(own, 'constants', {
  value: constants,
  enumerable: true,
  writable: true,
  configurable: true,
});
Object.defineProperty(own, 'default', { value: own, enumerable: false, writable: true, configurable: true });
