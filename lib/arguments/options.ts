// Options objects: each is read once, every value is checked, and unknown names are refused. Each public function has one
// reader.
import { invalidArgType, invalidArgValue, outOfRange } from '../errors/index.js';
import { Call, callFrom, own } from '../schedule/call.js';
import { checkCount } from './numbers.js';

/** Checks one option. If the option is missing, it gets `undefined` and returns the default. */
export type Check<T> = (value: unknown, name: string) => T;

type Checks = Record<string, Check<unknown>>;

/** What a reader returns: each option's checked value, and the call that signal, lane and timeout make. */
export type Checked<C extends Checks> = { readonly [K in keyof C]: ReturnType<C[K]> } & {
  readonly call: Call | undefined;
};

/** Names of options in other APIs, with the names to suggest. Of several names, only one that the function has is suggested. */
const HINTS: ReadonlyMap<string, string | readonly string[]> = new Map(
  Object.entries({
    mode: 'permissions',
    flag: "open() with a mode, or appendFile() for 'a'",
    flags: 'open() with a mode',
    recursive: 'makedirs(), rmtree(), walk() or copytree()',
    force: 'ignoreErrors',
    encoding: 'readText(), or open() in a text mode',
    withFileTypes: 'scandir()',
    flush: 'writeAtomic(), or sync() on a handle',
    overwrite: 'exclusive',
    errorOnExist: ['exclusive', 'existOk'],
    dereference: ['followSymlinks', 'symlinks'],
    preserveTimestamps: 'preserve',
    highWaterMark: 'chunkSize',
    autoClose: 'close',
    ignore: 'exclude',
    cwd: 'absolute paths',
  }),
);

/**
 * Makes the reader of a function's options. Besides `checks` it accepts signal, lane and timeout, unless `takesCall` is false.
 * Without options, the reader returns the defaults and allocates nothing.
 * @example const readCopyOptions = optionReader({ preserve: flag(false), exclusive: flag(false) });
 */
export function optionReader<C extends Checks>(
  checks: C,
  takesCall = true,
): (o: unknown, name?: string) => Checked<C> {
  const names = Object.keys(checks);
  const known = new Set(takesCall ? [...names, 'signal', 'lane', 'timeout'] : names);
  let defaults: Checked<C> | undefined;
  return (o, name = 'options') => {
    if (o === undefined) return (defaults ??= checked(names, checks, new Map(), name) as Checked<C>);
    // A Call was made by the library, and has already been checked.
    if (o instanceof Call) return { ...checked(names, checks, new Map(), name), call: o } as Checked<C>;
    if (typeof o !== 'object' || o === null || Array.isArray(o))
      throw invalidArgType(name, 'of type object', o);
    for (const key in o) {
      if (known.has(key)) continue;
      const value = own(o, key);
      if (value !== undefined) throw unknownOption(`${name}.${key}`, key, value, [...known]);
    }
    // Read by name, because getters of a class are not enumerable.
    const given = new Map<string, unknown>();
    for (const key of known) given.set(key, own(o, key));
    return checked(names, checks, given, name) as Checked<C>;
  };
}

function checked(names: string[], checks: Checks, given: Map<string, unknown>, of: string): object {
  const result: Record<string, unknown> = {
    call: callFrom(given.get('signal'), given.get('lane'), given.get('timeout')),
  };
  for (const name of names) result[name] = checks[name]!(given.get(name), `${of}.${name}`);
  return result;
}

function unknownOption(path: string, key: string, value: unknown, known: string[]): Error {
  const plain = (text: string): string => text.replaceAll(/[-_]/g, '').toLowerCase();
  const alike = known.find((name) => plain(name) === plain(key));
  const hints = [HINTS.get(key) ?? []].flat();
  const hint = alike ?? hints.find((each) => !/^\w+$/.test(each) || known.includes(each));
  const meant = hint === undefined ? '.' : `; did you mean ${hint}?`;
  return invalidArgValue(path, value, `is not an option${meant} The options are ${known.join(', ')}`);
}

/** Reads the options of a function that takes only signal, lane and timeout. */
export const readCall: (o: unknown) => Call | undefined = (() => {
  const read = optionReader({});
  return (o) => (o === undefined || o instanceof Call ? o : read(o).call);
})();

// --- checks --------------------------------------------------------------------------------------------------------

/** A boolean. */
export function flag<Default extends boolean | undefined>(otherwise: Default): Check<boolean | Default> {
  return (value, name) => {
    if (value === undefined) return otherwise;
    if (typeof value !== 'boolean') throw invalidArgType(name, 'of type boolean', value);
    return value;
  };
}

/** A string. */
export function text<Default extends string | undefined>(otherwise: Default): Check<string | Default> {
  return (value, name) => {
    if (value === undefined) return otherwise;
    if (typeof value !== 'string') throw invalidArgType(name, 'of type string', value);
    return value;
  };
}

/** One of some strings. */
export function oneOf<T extends string, Default extends T | undefined>(
  allowed: readonly T[],
  otherwise: Default,
): Check<T | Default> {
  return (value, name) => {
    if (value === undefined) return otherwise;
    if (!allowed.includes(value as T))
      throw invalidArgValue(name, value, `must be one of ${allowed.map((each) => `'${each}'`).join(', ')}`);
    return value as T;
  };
}

/** A position or a count, as arguments of calls are checked: a number or a bigint. */
export function count<Default extends number | undefined>(
  otherwise: Default,
  least = 0,
  most = Infinity,
): Check<number | Default> {
  return (value, name) => {
    if (value === undefined) return otherwise;
    const checked = checkCount(value, name);
    if (checked < least || checked > most)
      throw outOfRange(name, most === Infinity ? `>= ${least}` : `>= ${least} && <= ${most}`, value);
    return checked;
  };
}

/** A function. */
export function callback<F extends (...args: never[]) => unknown>(): Check<F | undefined> {
  return (value, name) => {
    if (value === undefined) return undefined;
    if (typeof value !== 'function') throw invalidArgType(name, 'of type function', value);
    return value as F;
  };
}

/** Anything: the function itself checks it. */
export const unchecked: Check<unknown> = (value) => value;
