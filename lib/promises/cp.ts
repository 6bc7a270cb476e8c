// cp. In the usual case, a tree that is copied to a path that does not exist, many files are copied at a time here. On
// real files, everything else is done by Node's own function, with its checks of existing files.
import { dirname, parse, resolve, sep } from 'node:path';

import type { BigIntStats } from 'node:fs';

import { codeOf } from '../errors/index.js';
import { FOLLOW, statCall, type Store } from '../filesystem/store.js';
import { pathOf } from './arguments.js';
import { Circles, copyOver, type CpOptions } from './cp-over.js';
import { copiesFolders, copyFresh } from './cp-fresh.js';
import { undefinedWhereMissing } from './file-system-error.js';
import { node } from './node.js';
import { realFiles, storeOf } from '../filesystem/mounts.js';
import type { GivenOptions } from '../schedule/options.js';

const FLAGS = [
  'dereference',
  'errorOnExist',
  'force',
  'preserveTimestamps',
  'recursive',
  'verbatimSymlinks',
] as const;

/** The options with their defaults; undefined if Node has to reject them. */
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
  call: GivenOptions,
  source: unknown,
  destination: unknown,
  options: unknown,
): Promise<unknown> {
  const from = pathOf(source);
  const to = pathOf(destination);
  const checked = cpOptions(options);
  // Node's cp joins paths, so it does not accept bytes.
  if (typeof from !== 'string' || typeof to !== 'string' || checked === undefined)
    return node.cp(source as never, destination as never, options as never);
  const [store, target] = [storeOf(from), storeOf(to)];
  // With a filter, it is the filter that ends a circle.
  const follows = checked.recursive && checked.dereference && checked.filter === undefined;
  const circles = follows ? new Circles(store, store === target ? to : undefined, call) : undefined;
  if (store !== realFiles || target !== realFiles) {
    await copyOver({ store, target, call, options: checked, circles }, from, to);
    return undefined;
  }
  if (circles !== undefined) {
    const filter = (each: string, copy: string): Promise<boolean> =>
      circles.check(each, copy).then(() => true);
    return node.cp(from, to, { ...(options as object), filter });
  }
  if (!copiesFolders(store) || !(await isFresh(store, from, to, checked, call)))
    return node.cp(source as never, destination as never, options as never);
  const above = await store.stat(dirname(to), FOLLOW, call).catch(undefinedWhereMissing);
  if (above === undefined) await node.mkdir(dirname(to), { recursive: true });
  await copyFresh(store, from, to, checked, call);
  return undefined;
}

/** Whether a whole directory is copied to a path outside of it that does not exist. */
async function isFresh(
  store: Store,
  from: string,
  to: string,
  { recursive, filter, dereference, mode, preserveTimestamps }: CpOptions,
  call: GivenOptions,
): Promise<boolean> {
  if (!recursive || dereference || preserveTimestamps || filter !== undefined || (mode ?? 0) !== 0)
    return false;
  const [stats, there] = await Promise.all([
    store.stat(from, statCall(false, true), call).catch(() => undefined),
    store.stat(to, statCall(false, false), call).then(
      () => true,
      (error: unknown) => codeOf(error) !== 'ENOENT',
    ),
  ]);
  if (there || stats?.isDirectory() !== true) return false;
  if (`${resolve(to)}${sep}`.startsWith(`${resolve(from)}${sep}`)) return false;
  return !(await isAbove(store, stats as BigIntStats, to, call));
}

/** Whether one of the parent directories of `to` is the one of `stats`, even through another path. */
async function isAbove(store: Store, stats: BigIntStats, to: string, call: GivenOptions): Promise<boolean> {
  const { root } = parse(resolve(to));
  for (let at = dirname(resolve(to)); at !== root; at = dirname(at)) {
    const above = await store.stat(at, statCall(true, true), call).catch(() => undefined);
    if (above?.ino === stats.ino && above.dev === stats.dev) return true;
  }
  return false;
}
