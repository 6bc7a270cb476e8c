// The only module of the benchmark that imports uvfiles. It reports missing exports by name.
//
// A child process of the contender over another build measures that build alone: its environment names the checkout.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Library from 'uvfiles';
import type { Promises } from 'uvfiles/promises';
import type * as Testing from 'uvfiles/testing';

/** The variable of the environment that names the checkout whose build is measured, if it is another one. */
export const BUILD = 'UVFILES_BENCH_BUILD';
const build = process.env[BUILD];

let library: typeof Library | undefined;
/** Further builds of it, which are switched together with it. */
const others: (typeof Library)[] = [];
let functions: Promises | undefined;
let failure: Error | undefined;

try {
  library = await load<typeof Library>('.', build);
  ({ default: functions } = await load<{ default: Promises }>('./promises', build));
} catch (error) {
  failure = error as Error;
}

/** The module's exports; throws what importing it threw when it could not be loaded. */
export function uvfiles(): typeof Library {
  if (library === undefined) throw failure ?? new Error('uvfiles is not loaded');
  return library;
}

/** The exports of one build of the library that are measured. Older builds may have no uvfiles/promises and no uvfiles/testing. */
export interface Build {
  /** The exports of its main module. */
  main(): typeof Library;
  promises?(): Promises;
  testing?(): Promise<typeof Testing>;
}

/** The build that this process measures. */
export const ownBuild: Build = {
  main: uvfiles,
  promises: promiseFunctions,
  testing: () => load('./testing', build),
};

/** The build of another checkout. */
export async function buildIn(directory: string): Promise<Build> {
  const has = (subpath: string): boolean => exportsIn(directory)[subpath] !== undefined;
  const main = await load<typeof Library>('.', directory);
  others.push(main);
  const made: Build = { main: () => main };
  if (has('./testing')) made.testing = () => load('./testing', directory);
  if (!has('./promises')) return made;
  const { default: promises } = await load<{ default: Promises }>('./promises', directory);
  return { ...made, promises: () => promises };
}

/** The main module of another build of the library, or that of a subpath. Its package.json lies in `directory`. */
export function entryIn(directory: string, subpath = '.'): string {
  const entry = exportsIn(directory)[subpath]?.import.default;
  if (entry === undefined) throw new Error(`the build in ${directory} has no '${subpath}'`);
  return pathToFileURL(path.resolve(directory, entry)).href;
}

type Exports = Readonly<Record<string, { readonly import: { readonly default: string } } | undefined>>;

function exportsIn(directory: string): Exports {
  const { exports } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as {
    exports: Exports;
  };
  return exports;
}

/** The exports of a subpath of the library, in the build of `directory` or in this one. */
async function load<T>(subpath: string, directory: string | undefined): Promise<T> {
  const name = directory === undefined ? path.posix.join('uvfiles', subpath) : entryIn(directory, subpath);
  return (await import(name)) as T;
}

/** The functions of uvfiles/promises. */
export function promiseFunctions(): Promises {
  if (functions === undefined) throw failure ?? new Error('uvfiles/promises is not loaded');
  return functions;
}

/** Why the library cannot be loaded at all, or undefined when it can. */
export function whyNotLoaded(): string | undefined {
  return failure?.message.split('\n')[0];
}

/** The first of the dotted names (such as `os.walk`) that uvfiles does not export, or undefined when all are there. */
export function firstMissing(names: readonly string[]): string | undefined {
  return failure !== undefined ? 'uvfiles' : firstMissingOf(library, names);
}

/** The same for any build. */
export function firstMissingOf(of: typeof Library | undefined, names: readonly string[]): string | undefined {
  return names.find((name) => lookUp(of, name) === undefined);
}

/** Switches the inline path for all following operations. Builds in which it cannot be configured have none. */
export function setInline(inline: boolean): void {
  for (const each of [library, ...others]) {
    if (!inline) each?.configure?.({ inline: false });
    else if (each?.configure !== undefined) setInlineOf(each.configure);
  }
}

// All settings are given, because omitted ones would keep the values of another contender. Other builds may lack some.
function setInlineOf(configure: (typeof Library)['configure']): void {
  configure({ inline: { maxBytes: 1 << 16, budgetMicros: 200 } });
  for (const added of [{ maxViewBytes: 1 << 20 }, { share: true }]) {
    try {
      configure({ inline: added });
    } catch {
      // This build lacks it.
    }
  }
}

function lookUp(of: typeof Library | undefined, name: string): unknown {
  let value: unknown = of;
  for (const key of name.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}
