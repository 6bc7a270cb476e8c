// Files in memory for all functions of the library, for the duration of a test.
import { tmpdir } from 'node:os';

import { callback, type Check, flag, optionReader, text } from '../arguments/options.js';
import { invalidArgType, outOfRange } from '../errors/index.js';
import type { FileSystem } from '../filesystem/filesystem.js';
import { MemoryFileSystem } from '../filesystem/memory/memory-file-system.js';
import { Lower } from '../filesystem/memory/lower.js';
import type { MemoryState } from '../filesystem/memory/state.js';
import { Credentials, currentCredentials, type MemoryUser, STICKY } from '../filesystem/memory/user.js';
import { dispose, type Mount, mount } from '../filesystem/mounts.js';
import type { OpenFile } from '../filesystem/open-file.js';
import { realFileSystem } from '../filesystem/real-file-system.js';
import { makeDirectory, plant, snapshotOf, type Tree, type TreeSnapshot } from './tree.js';

/** Options of `memoryFiles`. */
export interface MemoryFilesOptions {
  /** The absolute path (or URL prefix) of the files. Default: `/`. */
  at?: string | undefined;
  /** Real files are visible. Writes stay in memory, and removed files are hidden. Default: false. */
  overlay?: boolean | undefined;
  /** The maximum number of bytes of content. When it is reached, writes reject with ENOSPC. Default: no limit. */
  capacity?: number | undefined;
  /**
   * The user of the files: permissions are checked for this user, who also owns the tree. Default: the user of the
   * process. In this case, permission bits are checked even for root, so that a test behaves the same everywhere.
   */
  user?: MemoryUser | undefined;
  /** The permission bits that new files and directories do not get. Default: 0o022. */
  umask?: number | undefined;
  /** The time for `stat`, in milliseconds since the epoch. Default: `Date.now`. */
  clock?: (() => number) | undefined;
}

const integer = (most: number): Check<number | undefined> => {
  return (value, name) => {
    checkNumber(name, value, most);
    return value as number | undefined;
  };
};

const readOptions = optionReader(
  {
    at: text('/'),
    overlay: flag(false),
    capacity: integer(Infinity),
    user: (value, name) => (value === undefined ? undefined : checkUser(value as MemoryUser, name)),
    umask: integer(0o777),
    clock: callback<() => number>(),
  },
  false,
);

/**
 * Mounted files in memory.
 * @throws nothing, except for `run`, which throws the errors of its callback
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on all systems
 * @example using files = memoryFiles({ 'a.txt': 'text' });
 */
export class MemoryFiles implements Disposable {
  /** The path that the files are mounted at. */
  readonly at: string;
  /** The file system itself, for `mount` and `wrap`. */
  readonly fileSystem: FileSystem;
  /** @internal */
  readonly state: MemoryState;
  #mount: Mount | undefined;

  /** @internal */
  constructor(at: string, fileSystem: MemoryFileSystem) {
    this.at = at;
    this.fileSystem = fileSystem;
    this.state = fileSystem.state;
    this.#mount = mount(at, fileSystem);
  }

  /**
   * Takes a snapshot of all files. With `overlay`, it contains only the files in memory.
   * @returns content by path: a string if it is valid UTF-8, otherwise a Buffer; `link()` for a link, `dir()` for an empty directory
   * @example assert.deepEqual(files.tree(), { 'a.txt': 'text' });
   */
  tree(): TreeSnapshot {
    return snapshotOf(this.state);
  }

  /**
   * Calls `callback` with the files mounted only for its asynchronous context. This also works after `unmount`.
   * @returns the result of `callback`
   * @example await files.run(() => main());
   */
  run<T>(callback: () => T): T {
    return mount(this.at, this.fileSystem, { scope: callback });
  }

  /** Changes the user of the files. */
  set user(user: MemoryUser) {
    this.state.credentials = new Credentials(checkUser(user));
  }

  /** The user of the files, for whom permissions are checked. */
  get user(): MemoryUser {
    const { uid, gid, groups } = this.state.credentials;
    return { uid, gid, groups };
  }

  /** Sets the permission bits that new files and directories do not get. */
  set umask(umask: number) {
    checkNumber('umask', umask, 0o777);
    this.state.umask = umask;
  }

  /** Permission bits that new files and directories do not get. */
  get umask(): number {
    return this.state.umask;
  }

  /** Unmounts the files. Calling it again has no effect. */
  unmount(): void {
    this.#mount?.unmount();
    this.#mount = undefined;
  }

  /** Unmounts the files. `using` calls this at the end of the block. `run` still works. */
  [dispose](): void {
    this.unmount();
  }
}

/**
 * Mounts files in memory, on top of existing mounts. All functions of the library then use these files.
 * @param tree the initial files by path: strings and bytes are files, `link()` and `dir()` make links and directories
 * @returns the mounted files; `using` unmounts them
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, RangeError ERR_OUT_OF_RANGE for bad arguments; a
 *   system error (ENOTDIR, EEXIST, ENOSPC) for an impossible tree
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example using files = memoryFiles({ '/etc/app.json': '{"port": 80}' }); await start('/etc/app.json');
 * expect(files.tree()).to.have.property('var/log/app.log', 'started\n');
 */
export function memoryFiles(tree: Tree = {}, o: MemoryFilesOptions = {}): MemoryFiles {
  const { at, overlay, capacity, user, umask, clock } = readOptions(o);
  const credentials = user === undefined ? currentCredentials(overlay) : new Credentials(user);
  const lower = overlay ? new Lower(at, openReal) : undefined;
  const fileSystem = new MemoryFileSystem({ credentials, umask, clock, capacity, lower });
  const { state } = fileSystem;
  plant(state, tree);
  if (!overlay) addUsual(state, at);
  return new MemoryFiles(at, fileSystem);
}

// With its check of the path under Node's --permission. Its files have a position.
const openReal: Lower['open'] = (path, flags, permissions, call) =>
  realFileSystem.open(path, flags, permissions, call) as Promise<OpenFile>;

// Makes relative paths and temporary files work, as on any disk.
function addUsual(state: MemoryState, at: string): void {
  const { credentials } = state;
  const prefix = at.replace(/\/+$/, '');
  state.credentials = new Credentials(credentials, true);
  try {
    const temporary = tmpdir();
    for (const path of [process.cwd(), temporary]) {
      if (!path.startsWith(`${prefix}/`)) continue;
      const inner = path.slice(prefix.length);
      try {
        for (let end = inner.indexOf('/', 1); end !== -1; end = inner.indexOf('/', end + 1))
          makeDirectory(state, inner.slice(0, end), true);
        makeDirectory(state, inner, true);
        if (path === temporary) state.find(inner, true).mode |= 0o777 | STICKY;
      } catch {
        // the tree has another file there
      }
    }
  } finally {
    state.credentials = credentials;
  }
  state.journal.syncAll();
}

function checkNumber(name: string, value: unknown, most: number): void {
  if (value === undefined) return;
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
  if (!(value >= 0 && value <= most) || (value !== Infinity && !Number.isInteger(value)))
    throw outOfRange(name, `an integer >= 0 && <= ${most}`, value);
}

/** A copy of `user`, whose properties are read once. */
function checkUser(user: MemoryUser, name = 'options.user'): MemoryUser {
  if (typeof user !== 'object' || user === null) throw invalidArgType(name, 'of type object', user);
  const { uid, gid, groups } = user;
  if (groups !== undefined && !Array.isArray(groups))
    throw invalidArgType(`${name}.groups`, 'an instance of Array', groups);
  const copy = { uid, gid, groups: groups === undefined ? undefined : Array.from<number>(groups) };
  for (const [which, id] of [
    ['uid', uid],
    ['gid', gid],
    ...(copy.groups ?? []).map((id) => ['groups', id]),
  ]) {
    if (id === undefined) throw invalidArgType(`${name}.${String(which)}`, 'of type number', id);
    checkNumber(`${name}.${String(which)}`, id, 0xfffffffe);
  }
  return copy;
}
