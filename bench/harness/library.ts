// The only module of the benchmark that imports uvfiles. It reports missing exports by name.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Library from 'uvfiles';
import type { Promises } from 'uvfiles/promises';

let library: typeof Library | undefined;
/** Further builds of it, which are switched together with it. */
const others: (typeof Library)[] = [];
let functions: Promises | undefined;
let failure: Error | undefined;

try {
  library = await import('uvfiles');
  ({ default: functions } = await import('uvfiles/promises'));
} catch (error) {
  failure = error as Error;
}

/** The module's exports; throws what importing it threw when it could not be loaded. */
export function uvfiles(): typeof Library {
  if (library === undefined) throw failure ?? new Error('uvfiles is not loaded');
  return library;
}

/** The main module of another build of the library, whose package.json lies in `directory`. */
export function entryIn(directory: string): string {
  const file = path.resolve(directory, 'package.json');
  const { exports } = JSON.parse(readFileSync(file, 'utf8')) as {
    exports: { '.': { import: { default: string } } };
  };
  return pathToFileURL(path.join(path.dirname(file), exports['.'].import.default)).href;
}

/** The exports of such a module. */
export async function libraryAt(entry: string): Promise<typeof Library> {
  const other = (await import(entry)) as typeof Library;
  others.push(other);
  return other;
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
  if (failure !== undefined) return 'uvfiles';
  return names.find((name) => lookUp(name) === undefined);
}

/** Switches the inline path for all following operations. Builds in which it cannot be configured have none. */
export function setInline(inline: boolean): void {
  // All settings are given, because omitted ones would keep the values of another contender.
  for (const each of [library, ...others])
    each?.configure?.({ inline: inline ? { maxBytes: 64 * 1024, budgetMicros: 200 } : false });
  if (inline) library?.configure({ inline: { share: true } }); // other builds may lack it
}

function lookUp(name: string): unknown {
  let value: unknown = library;
  for (const key of name.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}
