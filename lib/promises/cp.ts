// cp. A tree that is copied to where nothing is, the usual case, is copied here with many files at a time; on real files
// everything else is Node's own, with its checks of what is there already.
import { dirname, isAbsolute, join, parse, resolve, sep } from 'node:path';

import type { BigIntStats } from 'node:fs';

import { statCall, type Store } from '../filesystem/store.js';
import type { DirectoryItem } from '../filesystem/filesystem.js';
import type { OpOptions } from '../schedule/options.js';
import { pathOf, textOf } from './arguments.js';
import { copyOver, type CpOptions, typeError } from './cp-over.js';
import { itemsOf } from './directories.js';
import { node } from './node.js';
import { realFiles, storeOf } from '../filesystem/mounts.js';

type Call = OpOptions | undefined;

const FLAGS = [
  'dereference',
  'errorOnExist',
  'force',
  'preserveTimestamps',
  'recursive',
  'verbatimSymlinks',
] as const;

/** The options with their defaults; undefined where Node is to refuse them. */
function cpOptions(options: unknown): CpOptions | undefined {
  if (options !== undefined && (typeof options !== 'object' || options === null || Array.isArray(options)))
    return undefined;
  const result: CpOptions = {
    dereference: false,
    errorOnExist: false,
    force: true,
    preserveTimestamps: false,
    recursive: false,
    verbatimSymlinks: false,
    mode: 0,
    filter: undefined,
    ...(options as Partial<CpOptions> | undefined),
  };
  const right =
    FLAGS.every((name) => typeof result[name] === 'boolean') &&
    (result.mode === undefined || (Number.isInteger(result.mode) && result.mode >= 0 && result.mode <= 7)) &&
    !(result.dereference && result.verbatimSymlinks) &&
    (result.filter === undefined || typeof result.filter === 'function');
  return right ? result : undefined;
}

export async function cp(
  call: Call,
  source: unknown,
  destination: unknown,
  options: unknown,
): Promise<unknown> {
  const from = pathOf(source);
  const to = pathOf(destination);
  const checked = cpOptions(options);
  // The paths of Node's cp are joined: bytes are not for it.
  if (typeof from !== 'string' || typeof to !== 'string' || checked === undefined)
    return node.cp(source as never, destination as never, options as never);
  const [store, target] = [storeOf(from), storeOf(to)];
  if (store !== realFiles || target !== realFiles) {
    await copyOver({ store, target, call, options: checked }, from, to);
    return undefined;
  }
  if (!(await isFresh(store, from, to, checked, call)))
    return node.cp(source as never, destination as never, options as never);
  if (!(await exists(store, dirname(to), call))) await node.mkdir(dirname(to), { recursive: true });
  await copyFresh({ store, options: checked, call, slots: new Slots(AT_A_TIME) }, from, to);
  return undefined;
}

/** Whether a directory is to be copied whole to a place outside of it where nothing is. */
async function isFresh(
  store: Store,
  from: string,
  to: string,
  { recursive, filter, dereference, mode, preserveTimestamps }: CpOptions,
  call: Call,
): Promise<boolean> {
  if (!recursive || dereference || preserveTimestamps || filter !== undefined || (mode ?? 0) !== 0)
    return false;
  const [stats, there] = await Promise.all([
    store.stat(from, statCall(false, true), call).catch(() => undefined),
    store.stat(to, statCall(false, false), call).then(
      () => true,
      (error: unknown) => (error as { code?: unknown }).code !== 'ENOENT',
    ),
  ]);
  if (there || stats?.isDirectory() !== true) return false;
  if (`${resolve(to)}${sep}`.startsWith(`${resolve(from)}${sep}`)) return false;
  return !(await isAbove(store, stats as BigIntStats, to, call));
}

/** Whether one of the directories above `to` is the one of `stats`, by whatever path. */
async function isAbove(store: Store, stats: BigIntStats, to: string, call: Call): Promise<boolean> {
  const { root } = parse(resolve(to));
  for (let at = dirname(resolve(to)); at !== root; at = dirname(at)) {
    const above = await store.stat(at, statCall(true, true), call).catch(() => undefined);
    if (above?.ino === stats.ino && above.dev === stats.dev) return true;
  }
  return false;
}

async function exists(store: Store, path: string, call: Call): Promise<boolean> {
  try {
    await store.stat(path, statCall(true, false), call);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return false;
    throw error;
  }
}

const AT_A_TIME = 16;

/** Lets so many calls run at a time. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    try {
      return await call();
    } finally {
      // The last one first: a tree is gone through depth first, and little of it waits.
      const next = this.#waiting.pop();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

interface Job {
  readonly store: Store;
  readonly options: CpOptions;
  readonly call: Call;
  readonly slots: Slots;
}

const COPY = { exclusive: true, preserve: false, followSymlinks: true };
const DEFAULT_MODE = 0o777;

async function copyFresh(job: Job, from: string, to: string): Promise<void> {
  const { store, call, slots } = job;
  const stats = await slots.run(async () => {
    const [found] = await Promise.all([
      store.stat(from, statCall(false, false), call),
      store.mkdir(to, DEFAULT_MODE, call),
    ]);
    return found;
  });
  // A directory is open only while it has a slot: a wide tree takes few descriptors.
  const items = await slots.run(() => itemsOf(store, from, call));
  let failed: Error | undefined;
  const copyItem = async ({ name, type }: DirectoryItem): Promise<void> => {
    if (failed !== undefined) return;
    const [item, copy] = [join(from, textOf(name)), join(to, textOf(name))];
    try {
      if (type === 'directory') await copyFresh(job, item, copy);
      else await slots.run(() => copyOne(job, item, copy, type));
    } catch (error) {
      failed ??= error as Error;
    }
  };
  await Promise.all(items.map(copyItem));
  if (failed !== undefined) throw failed;
  await slots.run(() => store.chmod(to, Number(stats.mode) & 0o7777, call));
}

async function copyOne(job: Job, from: string, to: string, type: string): Promise<void> {
  const { store, options, call } = job;
  if (type === 'file') {
    await store.copyFileInto(from, to, COPY, call);
  } else if (type === 'symlink') {
    const text = (await store.readlink(from, call)).toString();
    const target = options.verbatimSymlinks || isAbsolute(text) ? text : resolve(dirname(from), text);
    await store.symlink(target, to, call);
  } else if (type === 'unknown') {
    await node.cp(from, to, options); // which finds out
  } else if (type === 'character' || type === 'block') {
    await node.copyFile(from, to);
  } else {
    throw typeError(type, to);
  }
}
