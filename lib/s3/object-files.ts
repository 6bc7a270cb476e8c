// A file system of the objects below one prefix of a bucket.
import { constants } from 'node:fs';

import type {
  CallOptions,
  Capabilities,
  CopyFileOptions,
  CopyTreeOptions,
  DirectoryItem,
  FilePath,
  FileSystem,
  FileSystemFile,
  ReadManyAnswer,
  RemoveTreeCall,
  ReplaceOptions,
  StatCall,
  StatsLike,
} from '../filesystem/filesystem.js';
import { codeOf, invalidArgValue } from '../errors/index.js';
import { Conditions, type Requirement } from './conditions.js';
import { onAbort, offAbort } from '../schedule/abort.js';
import { callOf } from '../schedule/call.js';
import { copyNew, copyObject, moveObject } from './copies.js';
import { failed, isMissing, translated, unsupported } from './failures.js';
import { inOrder, inParallel } from './in-parallel.js';
import { Keys } from './keys.js';
import { entries, files } from './listing.js';
import { deleteKeys, Lookup } from './lookup.js';
import { directoryStats, fileStats, isMarker } from './stats.js';
import { knownSize, memoryFor } from './memory.js';
import type { ObjectInfo, ObjectStore, StoreCall } from './object-store.js';
import { ObjectReader } from './object-reader.js';
import { ObjectWriter, writeWhole } from './object-writer.js';
import { discard, drain, type Progress, readRange } from './read-range.js';
import { asked } from './timed.js';
import { copyTree, removeTree, renameTree, type TreeTarget } from './trees.js';

const { O_APPEND, O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY } = constants;

/** Settings of a file system of objects, complete. */
export interface Settings {
  readonly prefix: string;
  readonly partSize: number;
  readonly readAhead: number;
  readonly concurrency: number;
  readonly copyLimit: number;
}

/** The maximum number of parts of one object that are uploaded at a time, regardless of the limit of requests. */
const MOST_PARALLEL_PARTS = 4;

/** How often an object can be replaced during the read of the whole object before the read rejects. */
const MOST_RESTARTS = 3;

/** Files that are objects. Paths are keys, directories are prefixes. */
export class ObjectFiles implements FileSystem {
  readonly name = 's3';
  readonly capabilities: Partial<Capabilities> = { rename: true, atomicReplace: true, conditional: true };
  readonly #store: ObjectStore;
  readonly #keys: Keys;
  readonly #target: TreeTarget;
  readonly #lookup: Lookup;
  readonly #concurrency: number;

  constructor(store: ObjectStore, { prefix, partSize, readAhead, concurrency, copyLimit }: Settings) {
    this.#store = store;
    this.#keys = new Keys(prefix);
    this.#concurrency = concurrency;
    const conditions = new Conditions(store, this.#keys.directory('/', 'open'));
    const parts = Math.min(concurrency, MOST_PARALLEL_PARTS);
    this.#target = { store, conditions, partSize, parts, concurrency, copyLimit, readAhead };
    this.#lookup = new Lookup(store);
  }

  async open(
    path: FilePath,
    flags: number,
    _permissions: number,
    call: CallOptions,
  ): Promise<FileSystemFile> {
    const key = this.#keys.file(path, 'open');
    const required = requirement(flags);
    return asked('open', call, async (requests) => {
      if ((flags & (O_WRONLY | O_RDWR)) === 0)
        return this.#reader(key, await this.#lookup.fileInfo(key, 'open', requests));
      if (required !== undefined) {
        if (await this.#lookup.isObject(key, requests)) throw failed('EEXIST', 'open');
        await this.#target.conditions.forPut(required);
      }
      return new ObjectWriter(this.#target, key, required);
    });
  }

  async stat(path: FilePath, _options: StatCall, call: CallOptions): Promise<StatsLike> {
    return asked('stat', call, async (requests) => this.#stat(path, requests));
  }

  async *list(path: FilePath, call: CallOptions): AsyncGenerator<readonly DirectoryItem[]> {
    const prefix = this.#keys.directory(path, 'scandir');
    yield* this.#listed(path, prefix, entries(this.#store, prefix, call), call);
  }

  async *walkFiles(top: FilePath, call: CallOptions): AsyncGenerator<readonly DirectoryItem[]> {
    const prefix = this.#keys.directory(top, 'scandir');
    yield* this.#listed(top, prefix, files(this.#store, prefix, call), call);
  }

  async unlink(path: FilePath, call: CallOptions): Promise<void> {
    const key = this.#keys.file(path, 'unlink');
    await asked('unlink', call, async (requests) => {
      await this.#lookup.fileInfo(key, 'unlink', requests);
      await deleteKeys(this.#store, [key], requests);
    });
  }

  /** Creates nothing: a directory exists as soon as it has a key. */
  async mkdir(path: FilePath, _permissions: number, _call: CallOptions): Promise<void> {
    this.#keys.directory(path, 'mkdir');
  }

  /** Removes the marker of an empty directory, if there is one. */
  async rmdir(path: FilePath, call: CallOptions): Promise<void> {
    const prefix = this.#keys.directory(path, 'rmdir');
    await asked('rmdir', call, async (requests) => {
      const objects = await this.#lookup.first(prefix, 2, requests);
      if (objects.some((object) => object.key !== prefix || !isMarker(object)))
        throw failed('ENOTEMPTY', 'rmdir');
      if (objects.length > 0) await deleteKeys(this.#store, [prefix], requests);
      else if (!this.#keys.isRoot(path) && (await this.#lookup.isObject(prefix.slice(0, -1), requests)))
        throw failed('ENOTDIR', 'rmdir');
    });
  }

  async rename(from: FilePath, to: FilePath, call: CallOptions): Promise<void> {
    const source = this.#keys.file(from, 'rename');
    const key = this.#keys.file(to, 'rename');
    const below = this.#keys.directory(to, 'rename');
    await asked('rename', call, async (requests) => {
      const info = await this.#lookup.find(source, requests);
      if (info === undefined || isMarker({ key: source, size: info.size }))
        return renameTree(this.#target, this.#keys.directory(from, 'rename'), below, call);
      if (source === key) return;
      if (key !== below && (await this.#lookup.isPrefix(below, requests))) throw failed('EISDIR', 'rename');
      await moveObject(this.#target, source, info, key, requests);
    });
  }

  async readFile(path: FilePath, call: CallOptions): Promise<Uint8Array> {
    const key = this.#keys.file(path, 'open');
    return asked('open', call, async (requests) => this.#whole(key, requests));
  }

  async writeFile(
    path: FilePath,
    data: Uint8Array,
    flags: number,
    _permissions: number,
    call: CallOptions,
  ): Promise<void> {
    const key = this.#keys.file(path, 'open');
    const required = requirement(flags | O_WRONLY);
    await asked('open', call, (requests) => writeWhole(this.#target, key, data, required, requests));
  }

  async replaceFile(path: FilePath, data: Uint8Array, o: ReplaceOptions, call: CallOptions): Promise<void> {
    const key = this.#keys.file(path, 'open');
    const required = matching(o);
    await asked('open', call, (requests) => writeWhole(this.#target, key, data, required, requests));
  }

  async openReplacement(path: FilePath, o: ReplaceOptions, call: CallOptions): Promise<FileSystemFile> {
    if (o.exclusive === true && o.ifMatch !== undefined)
      throw invalidArgValue('options.ifMatch', o.ifMatch, "cannot be used with the mode 'x'");
    if (o.exclusive === true) return this.open(path, O_WRONLY | O_CREAT | O_EXCL, 0, call);
    const key = this.#keys.file(path, 'open');
    const required = matching(o);
    return asked('open', call, async () => {
      if (required !== undefined) await this.#target.conditions.forPut(required);
      return new ObjectWriter(this.#target, key, required);
    });
  }

  async *readMany(paths: readonly FilePath[], call: CallOptions): AsyncGenerator<readonly ReadManyAnswer[]> {
    const ended = new AbortController();
    const { signal } = ended;
    const onSignal = (): void => ended.abort(call.signal!.reason);
    if (call.signal?.aborted === true) onSignal();
    else if (call.signal !== undefined) onAbort(call.signal, onSignal);
    const read = async (index: number): Promise<ReadManyAnswer> => {
      try {
        // The caller may use the files before for any time.
        const { deadline } = callOf(call)?.renewed() ?? {};
        return { index, data: await this.readFile(paths[index]!, { ...limits(call), deadline, signal }) };
      } catch (error) {
        return { index, error: error as Error };
      }
    };
    try {
      yield* inOrder(paths.keys(), this.#concurrency, read);
    } finally {
      if (call.signal !== undefined) offAbort(call.signal, onSignal);
      ended.abort();
    }
  }

  async statMany(
    paths: readonly FilePath[],
    options: StatCall,
    call: CallOptions,
  ): Promise<readonly (StatsLike | Error)[]> {
    const answers = new Array<StatsLike | Error>(paths.length);
    await inParallel(paths.keys(), this.#concurrency, async (index) => {
      answers[index] = await this.stat(paths[index]!, options, call).catch(
        (error: unknown) => error as Error,
      );
    });
    return answers;
  }

  async removeTree(path: FilePath, o: RemoveTreeCall, call: CallOptions): Promise<void> {
    const prefix = this.#keys.directory(path, 'rm');
    await removeTree(this.#target, prefix, { ...o, missingOk: this.#keys.isRoot(path) }, call);
  }

  async copyFile(from: FilePath, to: FilePath, o: CopyFileOptions, call: CallOptions): Promise<void> {
    const source = this.#keys.file(from, 'copyfile');
    const key = this.#keys.file(to, 'copyfile');
    await asked('copyfile', call, async (requests) => {
      const info = await this.#lookup.fileInfo(source, 'copyfile', requests);
      if (o.exclusive) return copyNew(this.#target, source, info, key, { ...limits(call), ...requests });
      if (source !== key) await copyObject(this.#target, source, info, key, requests);
    });
  }

  async copyTree(from: FilePath, to: FilePath, o: CopyTreeOptions, call: CallOptions): Promise<void> {
    const source = this.#keys.directory(from, 'scandir');
    const target = this.#keys.directory(to, 'mkdir');
    await asked('copyfile', call, async (requests) => {
      if (target.startsWith(source)) throw failed('EINVAL', 'copyfile');
      if (!o.existOk && (await this.#lookup.isPrefix(target, requests))) throw failed('EEXIST', 'mkdir');
      if (!(await copyTree(this.#target, source, target, call)))
        throw await this.#lookup.missing(source, 'scandir', call);
    });
  }

  // --- steps of the calls ------------------------------------------------------------------------------------

  #reader(key: string, { etag, size, modified }: ObjectInfo): ObjectReader {
    const { readAhead } = this.#target;
    return new ObjectReader(
      { store: this.#store, key, etag, size: knownSize(size, 'open') },
      { modified, readAhead, concurrency: this.#concurrency },
    );
  }

  async #stat(path: FilePath, call: StoreCall): Promise<StatsLike> {
    const prefix = this.#keys.directory(path, 'stat');
    if (this.#keys.isRoot(path)) {
      // Asks for the bucket.
      await this.#lookup.isPrefix(prefix, call);
      return directoryStats();
    }
    const key = this.#keys.file(path, 'stat');
    try {
      const info = await this.#store.head(key, call);
      return isMarker({ key, size: info.size }) ? directoryStats() : fileStats(info);
    } catch (error) {
      if (isMissing(error) && (await this.#lookup.isPrefix(prefix, call))) return directoryStats();
      throw error;
    }
  }

  /** The batches of a listing. If there are none, rejects with the reason. */
  async *#listed(
    path: FilePath,
    prefix: string,
    batches: AsyncIterable<DirectoryItem[]>,
    call: CallOptions,
  ): AsyncGenerator<DirectoryItem[]> {
    let found = this.#keys.isRoot(path);
    try {
      for await (const batch of batches) {
        found = true;
        yield batch;
      }
      if (!found) throw await this.#lookup.missing(prefix, 'scandir', call);
    } catch (error) {
      throw translated(error, 'scandir');
    }
  }

  /** The whole object. If it is replaced meanwhile, the new one is read from its start. */
  async #whole(key: string, call: StoreCall): Promise<Uint8Array> {
    for (let restarts = 0; ; restarts++) {
      try {
        return await this.#version(key, call);
      } catch (error) {
        if (codeOf(error) !== 'ESTALE' || restarts === MOST_RESTARTS) throw error;
      }
    }
  }

  async #version(key: string, call: StoreCall): Promise<Uint8Array> {
    let body;
    try {
      body = await this.#store.get(key, call);
    } catch (error) {
      throw await this.#lookup.absent(key, error, 'open', call);
    }
    const { size, etag } = body;
    if (isMarker({ key, size })) {
      await discard(body);
      throw failed('EISDIR', 'open');
    }
    let bytes: Buffer;
    try {
      bytes = memoryFor(size);
    } catch (error) {
      await discard(body);
      throw error;
    }
    const sink = (chunk: Uint8Array, position: number): void => bytes.set(chunk, position);
    const progress: Progress = { at: 0, breaks: 0 };
    await drain(body, size, sink, progress, call);
    await readRange({ store: this.#store, key, etag, size }, progress.at, size, sink, call);
    return bytes;
  }
}

/** What a write requires. Throws for flags that objects do not support. */
function requirement(flags: number): Requirement | undefined {
  if ((flags & O_RDWR) !== 0) throw unsupported('randomWrite', "'r+', 'w+' and 'x+' need it");
  if ((flags & O_WRONLY) === 0) return undefined;
  if ((flags & O_APPEND) !== 0) throw unsupported('append', 'objects are written whole');
  if ((flags & O_EXCL) !== 0) return { absent: true };
  if ((flags & O_TRUNC) === 0 || (flags & O_CREAT) === 0)
    throw unsupported('randomWrite', 'objects are written whole');
  return undefined;
}

/**
 * One ETag, as `stat` returns it, or without its quotes. `*` is rejected: for some servers it means any object, for
 * others none.
 */
const ONE_ETAG = /^(?!\*$)(?:"[\x21\x23-\x7e]+"|[\x21\x23-\x7e]+)$/;

function matching({ ifMatch }: ReplaceOptions): Requirement | undefined {
  if (ifMatch === undefined) return undefined;
  if (!ONE_ETAG.test(ifMatch) || ifMatch === '"*"')
    throw invalidArgValue('options.ifMatch', ifMatch, 'must be one ETag, as stat gives it');
  return { etag: ifMatch };
}

// Lane and deadline of a call, without its signal.
function limits({ lane, deadline }: CallOptions): CallOptions {
  return { lane, deadline };
}
