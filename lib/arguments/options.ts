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
  const paths = names.map((name) => `options.${name}`);
  const known = new Set(takesCall ? [...names, 'signal', 'lane', 'timeout'] : names);
  let cached: Checked<C> | undefined;
  const makeDefaults = (): Checked<C> => {
    const result: Record<string, unknown> = { call: undefined };
    for (const [i, name] of names.entries()) result[name] = checks[name]!(undefined, paths[i]!);
    return (cached = result as Checked<C>);
  };
  return (o, of = 'options') => {
    const defaults = cached ?? makeDefaults();
    if (o === undefined) return defaults;
    // A Call was made by the library, and has already been checked.
    if (o instanceof Call) return { ...defaults, call: o };
    if (typeof o !== 'object' || o === null || Array.isArray(o))
      throw invalidArgType(of, 'of type object', o);
    for (const key in o) {
      if (known.has(key)) continue;
      const value = own(o, key);
      if (value !== undefined) throw unknownOption(`${of}.${key}`, key, value, [...known]);
    }
    const result: Record<string, unknown> = { ...defaults };
    if (takesCall) result.call = callFrom(own(o, 'signal'), own(o, 'lane'), own(o, 'timeout'));
    for (let i = 0; i < names.length; i++) {
      // Read by name, because getters of a class are not enumerable.
      const name = names[i]!;
      const value = own(o, name);
      if (value !== undefined)
        result[name] = checks[name]!(value, of === 'options' ? paths[i]! : `${of}.${name}`);
    }
    return result as Checked<C>;
  };
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

const ofType =
  <T>(type: 'boolean' | 'string' | 'function') =>
  <Default>(otherwise: Default): Check<T | Default> =>
  (value, name) => {
    if (value === undefined) return otherwise;
    if (typeof value !== type) throw invalidArgType(name, `of type ${type}`, value);
    return value as T;
  };

/** A boolean. */
export const flag = ofType<boolean>('boolean');

/** A string. */
export const text = ofType<string>('string');

/** A function. */
export const callback = <F extends (...args: never[]) => unknown>(): Check<F | undefined> =>
  ofType<F>('function')(undefined);

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

/** Anything: the function itself checks it. */
export const unchecked: Check<unknown> = (value) => value;
