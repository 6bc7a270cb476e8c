// Calls of a mounted file system: with its own paths, errors that name the caller's, and checks of capabilities before any I/O.
import { isUtf8 } from 'node:buffer';

import { invalidArgValue } from '../errors/index.js';
import { rejectWhereAwaited } from '../errors/where-awaited.js';
import { endOf } from '../schedule/watch-call.js';
import type { GivenOptions } from '../schedule/options.js';
import {
  captureBelow,
  completeError,
  fileSystemError,
  isErrorOfPath,
  isKept,
  lacking,
  orEnd,
} from './errors.js';
import type { Capabilities, FilePath, FileSystem } from './filesystem.js';
import { normalized, rooted, SCHEME, textOf } from './mounted-path.js';

const SLASH = 47;

/** Whether the `..` of a path below a mount, as spelt, lead above the mount. */
function leadsOut(path: string): boolean {
  let depth = 0;
  for (const name of path.includes('..') ? path.split('/') : []) {
    if (name === '..') depth--;
    else if (name !== '' && name !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

/** Paths, errors and capabilities. */
export class MountedCalls {
  readonly name: string;
  readonly fileSystem: FileSystem;
  readonly prefix: string;
  /** Its paths are URLs. Elsewhere, what looks like a URL is a relative path. */
  readonly #isUrl: boolean;

  constructor(prefix: string, fileSystem: FileSystem) {
    this.prefix = prefix;
    this.#isUrl = SCHEME.test(`${prefix}/`);
    this.fileSystem = fileSystem;
    this.name = fileSystem.name;
  }

  // --- paths, errors, capabilities ------------------------------------------------------------------------------------

  /** The file system's own path. */
  inner(path: FilePath, syscall: string): FilePath {
    if (path.length === 0) throw fileSystemError('ENOENT', syscall, path);
    if (typeof path !== 'string' && !isUtf8(path)) return this.#innerBytes(path);
    const text = textOf(path);
    const { prefix } = this;
    if (this.#isUrl) return text.slice(prefix.length) || '/';
    return this.#below(rooted(text), prefix);
  }

  // Without links, a name and the `..` after it cancel each other out. With links, the file system decides, unless the path leads
  // out of it. A confined one refuses those itself.
  #below(spelt: string, prefix: string): string {
    const rest = spelt.slice(prefix.length);
    const isBelow = this.can('links') && spelt.startsWith(prefix) && /^(\/|$)/.test(rest);
    const isKept = isBelow && (prefix === '' || this.fileSystem.confined === true || !leadsOut(rest));
    return (isKept ? rest : normalized(spelt).slice(prefix.length)) || '/';
  }

  /** The file system's own paths, with their places in the list, and the errors of those that it cannot accept. */
  protected innerPaths(
    paths: readonly FilePath[],
    syscall: string,
  ): { inner: FilePath[]; places: number[]; refused: { index: number; error: Error }[] } {
    const inner: FilePath[] = [];
    const places: number[] = [];
    const refused: { index: number; error: Error }[] = [];
    paths.forEach((path, index) => {
      try {
        inner.push(this.inner(path, syscall));
        places.push(index);
      } catch (error) {
        refused.push({ index, error: error as Error });
      }
    });
    return { inner, places, refused };
  }

  #innerBytes(path: Uint8Array): FilePath {
    if (!this.can('byteNames'))
      throw invalidArgValue('path', path, `must be UTF-8 on the file system '${this.name}'`);
    const bytes = Buffer.from(path);
    const prefix = Buffer.from(this.prefix);
    if (this.#isUrl) return bytes.subarray(prefix.length);
    const whole = bytes[0] === SLASH ? bytes : Buffer.concat([Buffer.from(`${rooted('')}/`), bytes]);
    // One character per byte.
    return Buffer.from(this.#below(whole.toString('latin1'), prefix.toString('latin1')), 'latin1');
  }

  can(capability: keyof Capabilities): boolean {
    return this.fileSystem.capabilities[capability] === true;
  }

  unsupported(capability: keyof Capabilities, what: string): Error {
    return lacking(this.name, capability, what);
  }

  protected require(capability: keyof Capabilities, method: keyof FileSystem, what: string): void {
    if (typeof this.fileSystem[method] !== 'function' || !this.can(capability))
      throw this.unsupported(capability, what);
  }

  /** Makes a call of the file system, unless it was aborted before. Errors name `path` as the caller passed it. */
  protected async call<T>(
    syscall: string,
    path: FilePath,
    o: GivenOptions,
    call: (fs: FileSystem, inner: FilePath) => Promise<T>,
  ): Promise<T> {
    const ended = endOf(o);
    if (ended !== undefined) return rejectWhereAwaited(ended);
    try {
      return await call(this.fileSystem, this.inner(path, syscall));
    } catch (error) {
      return rejectCompleted(completeError(orEnd(error, o), syscall, path));
    }
  }

  protected async between<T>(
    syscall: string,
    from: FilePath,
    to: FilePath,
    o: GivenOptions,
    call: (fs: FileSystem, from: FilePath, to: FilePath) => Promise<T>,
  ): Promise<T> {
    const ended = endOf(o);
    if (ended !== undefined) return rejectWhereAwaited(ended);
    try {
      return await call(this.fileSystem, this.inner(from, syscall), this.inner(to, syscall));
    } catch (error) {
      return rejectCompleted(completeError(orEnd(error, o), syscall, from, to));
    }
  }

  // The root of a mount stays, as a mount point of the system does.
  protected refuseRoot(code: 'EBUSY' | 'EISDIR', syscall: string, path: FilePath): void {
    if (path.length > 0 && this.inner(path, syscall) === '/') throw fileSystemError(code, syscall, path);
  }
}

/** Rejects with an error that was completed. Errors of the system name the line that awaits the call, as those of real files do. */
async function rejectCompleted(error: unknown): Promise<never> {
  if (isErrorOfPath(error) && !isKept(error)) return rejectWhereAwaited(error as Error, captureBelow);
  throw error;
}
