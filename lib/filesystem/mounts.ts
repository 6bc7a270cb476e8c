// Which file system a path is on: the longest mounted prefix wins. Paths below no prefix are real files.
import { callback, optionReader } from '../arguments/options.js';
import { mountedSchemes } from '../arguments/path.js';
import { checkPermission, checkTreePermission, isRestricted } from '../arguments/permission.js';
import { invalidArgType, invalidArgValue } from '../errors/index.js';
import { type NativeStore, nativeStore } from '../native/store/native-store.js';
import type { FilePath, FileSystem } from './filesystem.js';
import { normalized, rooted, SCHEME, textOf, withoutDots } from './mounted-path.js';
import { InEffect } from './in-effect.js';
import { type Forbid, forbidding, layeredStore, layers, type MakeLayer } from './layers.js';
import type { MountedStore } from './mounted-store.js';
import { storeFor } from './publishing.js';
import { realFileSystem } from './real-file-system.js';
import { hasVfs, VFS_PREFIX, vfsFiles } from './node-vfs.js';
import type { Store } from './store.js';

interface Entry {
  readonly prefix: string;
  readonly store: MountedStore;
}

/**
 * A mounted file system. Disposing of it (`using`) unmounts it.
 * @throws nothing
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on all systems
 * @example using m = mount('/virtual', files);
 */
export interface Mount extends Disposable {
  /** The prefix of its paths, without a slash at the end. */
  readonly prefix: string;
  /** What is mounted. */
  readonly fileSystem: FileSystem;
  /** Unmounts the file system. Open files stay usable. Calling it again does nothing. */
  unmount(): void;
}

/** Options of `mount`. */
export interface MountOptions<T> {
  /** Mounts for this callback's asynchronous context alone, until its result has settled. */
  scope: () => T;
}

// Node mounts and unmounts its own without notice.
const ofNode: readonly Entry[] = hasVfs() ? [vfsEntry()] : [];
// The number of mounts in all contexts. While there are none, a call costs this comparison.
let count = ofNode.length;
const mounts = new InEffect(ofNode);

/** Their extended attributes, which no other file system has. */
export * as realAttributes from '../native/extended-attributes.js';

/** The files of the operating system. */
export const realFiles: NativeStore = nativeStore;

/** The store that `path` is on. */
export function storeOf(path: FilePath): Store {
  return count === 0 ? nativeStore : (find(path) ?? nativeStore);
}

/** The same for a call that only reads at `path`. Throws ERR_ACCESS_DENIED under Node's `--permission`. */
export const storeToRead = (path: FilePath): Store => permitted('fs.read', path, checkPermission);

/** The same for a call that changes what is at `path`. */
export const storeToWrite = (path: FilePath): Store => permitted('fs.write', path, checkPermission);

/** The same for a call that reads everything below `path`. */
export const storeOfTreeToRead = (path: FilePath): Store => permitted('fs.read', path, checkTreePermission);

/** The same for a call that changes everything below `path`. */
export const storeOfTreeToWrite = (path: FilePath): Store => permitted('fs.write', path, checkTreePermission);

function permitted(access: 'fs.read' | 'fs.write', path: FilePath, check: typeof checkPermission): Store {
  const mounted = count === 0 ? undefined : find(path);
  if (mounted !== undefined) return mounted;
  if (isRestricted) check(access, path);
  return nativeStore;
}

/** Whether `path` is a URL on a mounted file system, such as `s3://bucket/key`. */
export function isMountedUrl(path: FilePath): boolean {
  if (count === 0) return false;
  const text = textOf(path);
  return SCHEME.test(text) && mounts.here().some(({ prefix }) => isBelow(text, prefix));
}

/** Whether any file system is mounted by `mount`, in whatever context. */
export function isAnyMounted(): boolean {
  return count > ofNode.length;
}

// Its store is made for the first path, so that `import 'uvfiles'` need not load the code of mounted file systems.
function vfsEntry(): Entry {
  let store: MountedStore | undefined;
  return {
    prefix: VFS_PREFIX,
    get store() {
      return (store ??= storeFor(VFS_PREFIX, vfsFiles));
    },
  };
}

function find(path: FilePath): MountedStore | undefined {
  const active = layers.here();
  const best = entryOf(textOf(path));
  if (active.length === 0) return best?.store;
  return layeredStore(best?.store.fileSystem ?? realFileSystem, best?.prefix ?? '', active);
}

function entryOf(text: string): Entry | undefined {
  const atUrl = SCHEME.test(text) ? longestOf(text) : undefined;
  if (atUrl !== undefined) return atUrl;
  // What looks like a URL and is not mounted is a relative path.
  const spelt = rooted(text);
  const wanted = withoutDots(spelt);
  return confining(spelt, wanted) ?? longestOf(wanted);
}

// Of two equal prefixes the later wins, and a context's own mounts win over those for everybody.
function longestOf(wanted: string): Entry | undefined {
  return longestIn(mounts.inContext(), wanted, longestIn(mounts.everywhere, wanted, undefined));
}

function longestIn(entries: readonly Entry[], wanted: string, known: Entry | undefined): Entry | undefined {
  let best = known;
  for (const entry of entries) {
    if ((best === undefined || entry.prefix.length >= best.prefix.length) && isBelow(wanted, entry.prefix))
      best = entry;
  }
  return best;
}

// A path that enters a confined file system by its spelling stays there, although its `..` lead out of the prefix.
function confining(spelt: string, wanted: string): Entry | undefined {
  if (spelt === wanted) return undefined;
  return mounts
    .here()
    .findLast(
      ({ prefix, store }) =>
        store.fileSystem.confined === true && isBelow(spelt, prefix) && !isBelow(wanted, prefix),
    );
}

function isBelow(path: string, prefix: string): boolean {
  return (
    path.startsWith(prefix) &&
    (path.length === prefix.length || path.charCodeAt(prefix.length) === 47) /* / */
  );
}

const readOptions = optionReader({ scope: callback<() => never>() }, false);

/**
 * Mounts a file system at a prefix. All functions of the library then use `fileSystem` for paths below the prefix.
 * @param prefix an absolute path, such as `/virtual`, or the start of a URL, such as `s3://reports`, or `s3://` for all
 *   URLs of a scheme
 * @param fileSystem the file system
 * @returns the mount. `unmount()` or the end of a `using` block removes it
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE for bad arguments
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example
 * using m = mount('s3://reports', s3Files({ client, bucket: 'reports' }));
 * for await (const line of lines('s3://reports/2026/11.csv')) count(line);
 */
export function mount(prefix: string, fileSystem: FileSystem): Mount;
/**
 * Mounts a file system at a prefix, only for the asynchronous context of a callback.
 * @param o `scope`: the callback
 * @returns the result of the callback
 * @example await mount('/virtual', files, { scope: () => main() });
 */
export function mount<T>(prefix: string, fileSystem: FileSystem, o: MountOptions<T>): T;
export function mount<T>(prefix: string, fileSystem: FileSystem, o?: Partial<MountOptions<T>>): Mount | T {
  const at = checkPrefix(prefix);
  checkFileSystem(fileSystem);
  const { scope } = readOptions(o);
  const entry = { prefix: at, store: storeFor(at, fileSystem) };
  addScheme(at);
  const ended = begun(() => removeScheme(at));
  if (scope !== undefined) return mounts.addFor(entry, scope, ended);
  const unmount = mounts.add(entry, ended);
  return { prefix: at, fileSystem, unmount, [dispose]: unmount };
}

/**
 * Puts a layer in front of every file system, mounted or real.
 * @param make makes the file system that answers in place of each
 * @param scope limits the layer to this callback's asynchronous context
 * @param forbid with a scope: refuses calls on files that were opened outside, and on descriptors
 * @returns the result of `scope`, or a function that removes the layer
 */
export function interpose(make: MakeLayer): () => void;
export function interpose<T>(make: MakeLayer, scope: () => T, forbid?: Forbid): T;
export function interpose<T>(make: MakeLayer, scope?: () => T, forbid?: Forbid): (() => void) | T {
  const forbidden = forbid === undefined ? 0 : 1;
  forbidding.contexts += forbidden;
  const ended = begun(() => void (forbidding.contexts -= forbidden));
  const layer = { make, forbid, made: new WeakMap() };
  return scope === undefined ? layers.add(layer, ended) : layers.addFor(layer, scope, ended);
}

// Counts what begins. Returns what is to be called when it has ended.
function begun(ended: () => void): () => void {
  count++;
  return () => {
    count--;
    ended();
  };
}

/** Symbol.dispose where the runtime has it, else the symbol that Node itself uses in its place. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('nodejs.dispose');

const schemes = new Map<string, number>();

function addScheme(prefix: string): void {
  const scheme = schemeOf(prefix);
  if (scheme === undefined) return;
  schemes.set(scheme, (schemes.get(scheme) ?? 0) + 1);
  mountedSchemes.add(scheme);
}

function removeScheme(prefix: string): void {
  const scheme = schemeOf(prefix);
  if (scheme === undefined) return;
  const left = schemes.get(scheme)! - 1;
  schemes.set(scheme, left);
  if (left === 0) mountedSchemes.delete(scheme);
}

const schemeOf = (prefix: string): string | undefined => SCHEME.exec(`${prefix}/`)?.[0];

function checkPrefix(prefix: unknown): string {
  if (typeof prefix !== 'string') throw invalidArgType('prefix', 'of type string', prefix);
  if (prefix.includes('\0')) throw invalidArgValue('prefix', prefix, 'must be a string without null bytes');
  if (SCHEME.test(prefix)) {
    const whole = prefix.replace(/(?<!:\/?)\/+$/, '');
    // All URLs of a scheme: the last slash of `s3://` is where their paths begin.
    return whole.endsWith('://') ? whole.slice(0, -1) : whole;
  }
  const isWindows = process.platform === 'win32';
  const text = isWindows ? prefix.replaceAll('\\', '/') : prefix;
  if (!(isWindows ? /^([A-Za-z]:)?\// : /^\//).test(text))
    throw invalidArgValue(
      'prefix',
      prefix,
      "must be an absolute path, or begin with a scheme such as 's3://'",
    );
  return normalized(text).replace(/\/+$/, '');
}

const REQUIRED = ['open', 'stat', 'list', 'unlink', 'mkdir', 'rmdir', 'rename'] as const;

function checkFileSystem(fileSystem: unknown): void {
  if (typeof fileSystem !== 'object' || fileSystem === null)
    throw invalidArgType('fileSystem', 'an instance of FileSystem', fileSystem);
  for (const name of REQUIRED) {
    const method = (fileSystem as Record<string, unknown>)[name];
    if (typeof method !== 'function') throw invalidArgType(`fileSystem.${name}`, 'of type function', method);
  }
  const { capabilities } = fileSystem as { capabilities?: unknown };
  if (typeof capabilities !== 'object' || capabilities === null)
    throw invalidArgType('fileSystem.capabilities', 'of type object', capabilities);
}
