// Makes chosen operations fail, cuts them short or delays them, on all file systems.
import { constants } from 'node:os';

import { invalidArgType, invalidArgValue, outOfRange, systemErrorNumber } from '../errors/index.js';
import { type ErrorCode, fileSystemError, keepAsGiven } from '../filesystem/errors.js';
import type { CallOptions } from '../filesystem/filesystem.js';
import type { MakeLayer } from '../filesystem/layers.js';
import { dispose, interpose } from '../filesystem/mounts.js';
import { callOf } from '../schedule/call.js';
import { pause } from '../schedule/watch-call.js';
import { observe } from './observe.js';
import {
  type Between,
  type Failing,
  type Operation,
  OPERATIONS,
  type OperationName,
  type Proceed,
} from './operation.js';
import { pathMatcher } from './path-pattern.js';
import { anySeed, checkSeed, type Random, randomFrom } from './random.js';

/** Which operations are affected, and how. */
export interface FaultRule {
  /** The operation, or several. `*` means all. */
  readonly op: OperationName | '*' | readonly OperationName[];
  /** A pattern of `os.glob` that the absolute path matches. Wildcards match hidden names. Default: every path. */
  readonly path?: string | undefined;
  /** How many matching operations succeed first. Default: 0. */
  readonly after?: number | undefined;
  /** How many are affected after that. Default: 1. Infinity means all. */
  readonly times?: number | undefined;
  /** The code of their error, such as `'EIO'`, or the error itself, which reaches the program unchanged. */
  readonly error?: ErrorCode | Error | undefined;
  /** The maximum number of bytes of each read or write. */
  readonly short?: number | undefined;
  /** The number of milliseconds by which they are delayed. */
  readonly delay?: number | undefined;
  /** The probability that each is affected, from 0 to 1. Default: 1. */
  readonly probability?: number | undefined;
  /** Makes faults with a `probability` reproducible. Without it, a seed is chosen and reported in a process warning. */
  readonly seed?: number | undefined;
}

/**
 * Active faults.
 * @throws nothing
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on all systems
 * @example using broken = faults({ op: 'write', error: 'ENOSPC' });
 */
export interface Faults extends Disposable {
  /** How many operations have been affected. */
  readonly count: number;
  /** The operations that have been affected, in order. */
  readonly operations: readonly Operation[];
  /** Ends the faults. Calling it again has no effect. */
  stop(): void;
}

class Rule {
  readonly #given: FaultRule;
  readonly #ops: ReadonlySet<string> | undefined;
  readonly #fits: ((path: string) => boolean) | undefined;
  readonly #random: Random | undefined;
  #seen = 0;
  #done = 0;

  constructor(given: FaultRule, name: string) {
    const rule = readRule(given, name);
    this.#given = rule;
    this.#ops = rule.op === '*' ? undefined : new Set([rule.op].flat());
    this.#fits = rule.path === undefined ? undefined : pathMatcher(rule.path, `${name}.path`);
    if (rule.probability !== undefined) this.#random = randomFrom(rule.seed ?? toldSeed());
  }

  /** The fault of `operation`; undefined if there is none. */
  on({ op, path, dest }: Operation): FaultRule | undefined {
    if (this.#ops?.has(op) === false) return undefined;
    const isThere =
      this.#fits === undefined ||
      this.#fits(path) ||
      (dest !== undefined && op !== 'symlink' && this.#fits(dest));
    if (!isThere) return undefined;
    const { after = 0, times = 1, probability = 1 } = this.#given;
    if (this.#seen++ < after || this.#done >= times) return undefined;
    if (this.#random !== undefined && this.#random() >= probability) return undefined;
    this.#done++;
    return this.#given;
  }
}

function toldSeed(): number {
  const seed = anySeed();
  process.emitWarning(`faults() chose the seed ${seed}. To get the same faults again, pass seed: ${seed}`, {
    code: 'UVFILES_FAULT_SEED',
  });
  return seed;
}

/**
 * Makes operations fail according to `rules`, on all file systems. The first rule that applies is used. Files that are
 * already open are not affected.
 * @param rules one rule or several
 * @returns the faults, which are active in the whole thread until `stop()` or the end of a `using` block
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, RangeError ERR_OUT_OF_RANGE for bad rules
 * @cancelling faults of `delay` end with the signal of the call
 * @platforms the same on Linux, macOS and Windows
 * @example using broken = faults({ op: 'write', path: '/var/log/**', after: 2, error: 'ENOSPC' });
 */
export function faults(rules: FaultRule | readonly FaultRule[]): Faults;
/**
 * Makes operations fail according to `rules`, only in the asynchronous context of a callback.
 * @param rules one rule or several
 * @param callback the program under test
 * @returns the result of the callback
 * @example await faults({ op: 'sync', error: 'EIO' }, () => assert.rejects(save(), { code: 'EIO' }));
 */
export function faults<T>(rules: FaultRule | readonly FaultRule[], callback: () => T): T;
export function faults<T>(given: FaultRule | readonly FaultRule[], callback?: () => T): Faults | T {
  if (typeof given !== 'object' || given === null)
    throw invalidArgType('rules', 'an object or an array of objects', given);
  const isList = Array.isArray(given);
  const rules = [given].flat().map((rule: FaultRule, i) => new Rule(rule, isList ? `rules[${i}]` : 'rules'));
  if (callback !== undefined && typeof callback !== 'function')
    throw invalidArgType('callback', 'of type function', callback);
  const operations: Operation[] = [];
  const between: Between = (operation, proceed, call, failing) => {
    for (const rule of rules) {
      const fault = rule.on(operation);
      if (fault === undefined) continue;
      operations.push(operation);
      return withFault(fault, operation, proceed, call, failing);
    }
    return proceed();
  };
  const make: MakeLayer = (base, prefix) => observe(base, prefix, between);
  if (callback !== undefined) return interpose(make, callback);
  const stop = interpose(make);
  return {
    operations,
    get count() {
      return operations.length;
    },
    stop,
    [dispose]: stop,
  };
}

const LONGEST_TIMER = 2 ** 31 - 1;

async function withFault<T>(
  { error, short, delay }: FaultRule,
  { op }: Operation,
  proceed: Proceed<T>,
  call: CallOptions | undefined,
  { syscall, path, dest }: Failing,
): Promise<T> {
  if (delay !== undefined) await pause(Math.min(delay, LONGEST_TIMER), callOf(call));
  if (error === undefined) return proceed(short);
  // A close that fails has closed the file nevertheless.
  if (op === 'close') await proceed(0).catch(() => undefined);
  throw typeof error === 'string' ? fileSystemError(error, syscall, path, dest) : ownError(error);
}

// An error with the code of a system error counts as one, so `exists` resolves to false. Other errors stay unchanged.
function ownError(error: Error & { code?: unknown; errno?: unknown }): Error {
  const { code } = error;
  if (typeof code === 'string' && code in constants.errno)
    error.errno ??= systemErrorNumber(code as ErrorCode);
  keepAsGiven(error);
  return error;
}

const NAMES = new Set(['op', 'path', 'after', 'times', 'error', 'short', 'delay', 'probability', 'seed']);

/** Reads each property once, and checks the value, so that a getter or a later change has no effect. */
function readRule(given: FaultRule, name: string): FaultRule {
  if (typeof given !== 'object' || given === null) throw invalidArgType(name, 'of type object', given);
  for (const key of Object.keys(given))
    if (!NAMES.has(key))
      throw invalidArgValue(`${name}.${key}`, (given as never)[key], 'is not a property of a rule');
  const { op, path, after, times, error, short, delay, probability, seed } = given;
  const list = Array.isArray(op) ? (Array.from(op) as OperationName[]) : op;
  const rule: FaultRule = { op: list, path, after, times, error, short, delay, probability, seed };
  checkRule(rule, name);
  return rule;
}

function checkRule(rule: FaultRule, name: string): void {
  const { op, path, error } = rule;
  const ops = [op].flat();
  if (ops.length === 0) throw invalidArgValue(`${name}.op`, op, 'must have an operation');
  for (const each of op === '*' ? [] : ops) {
    if (!(OPERATIONS as readonly string[]).includes(each))
      throw invalidArgValue(`${name}.op`, each, `must be '*' or one of ${OPERATIONS.join(', ')}`);
  }
  if (path !== undefined && typeof path !== 'string')
    throw invalidArgType(`${name}.path`, 'of type string', path);
  if (
    error !== undefined &&
    !(error instanceof Error) &&
    (typeof error !== 'string' || !(error in constants.errno))
  )
    throw invalidArgValue(`${name}.error`, error, 'must be the code of a system error, or an Error');
  if (error === undefined && rule.short === undefined && rule.delay === undefined)
    throw invalidArgValue(name, rule, 'must have one of error, short and delay');
  checkCount(`${name}.after`, rule.after, 0);
  checkCount(`${name}.times`, rule.times, 0);
  checkCount(`${name}.short`, rule.short, 1);
  checkAmount(`${name}.delay`, rule.delay, 0);
  checkAmount(`${name}.probability`, rule.probability, 0, 1);
  checkSeed(`${name}.seed`, rule.seed);
}

function checkCount(name: string, value: number | undefined, least: number): void {
  checkAmount(name, value, least);
  if (value !== undefined && value !== Infinity && !Number.isInteger(value))
    throw outOfRange(name, `an integer >= ${least}, or Infinity`, value);
}

function checkAmount(name: string, value: unknown, least: number, most = Infinity): void {
  if (value === undefined) return;
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
  if (!(value >= least && value <= most))
    throw outOfRange(name, most === Infinity ? `>= ${least}` : `>= ${least} && <= ${most}`, value);
}
