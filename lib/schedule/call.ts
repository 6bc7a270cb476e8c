// The options that every operation takes. The public function checks them once, and all layers below share the result.
import { invalidArgType, outOfRange } from '../errors/index.js';
import { Lane } from './lane.js';
import { isAbortSignal, type OpOptions } from './options.js';

/** One call's signal, lane and deadline. Made by `callOf`, and passed on unchanged by every layer below the public function. */
export class Call implements OpOptions {
  readonly signal: AbortSignal | undefined;
  readonly lane: Lane | undefined;
  /** When the call (or its current step) ends, in milliseconds on the clock of `performance.now()`. */
  readonly deadline: number | undefined;
  /** The whole timeout that the caller gave, in milliseconds. */
  readonly total: number | undefined;

  constructor(signal: AbortSignal | undefined, lane: Lane | undefined, timeout: number | undefined) {
    this.signal = signal;
    this.lane = lane;
    this.total = timeout;
    this.deadline = timeout === undefined ? undefined : performance.now() + timeout;
  }

  /** Milliseconds left. 0 once the deadline has passed; undefined if there is none. */
  get timeout(): number | undefined {
    return this.deadline === undefined ? undefined : Math.max(0, this.deadline - performance.now());
  }

  /** The same call in `lane`, unless it names a lane itself. */
  inLane(lane: Lane): this {
    return this.lane === undefined
      ? Object.assign(Object.create(Call.prototype) as Call, this, { lane })
      : this;
  }

  /** The same call with another signal. Its timeout goes on. */
  withSignal(signal: AbortSignal): Call {
    return Object.assign(Object.create(Call.prototype) as Call, this, { signal });
  }

  /** The same call with its whole timeout starting now, for the next of several operations. */
  renewed(): Call {
    return this.total === undefined ? this : new Call(this.signal, this.lane, this.total);
  }

  /** The same call with its whole timeout for each of its steps. */
  forEachStep(): Call {
    return this.total === undefined ? this : new SteppedCall(this.signal, this.lane, this.total);
  }

  /** Called before each step, such as a batch of a listing. Only the timeout of a stepped call starts again. */
  beginStep(): void {
    // has one timeout for all steps
  }

  /** The same call without its signal and deadline, for work that has to be finished or cleaned up. */
  uninterrupted(): Call | undefined {
    return this.lane === undefined ? undefined : new Call(undefined, this.lane, undefined);
  }
}

/** A call whose timeout does not count the time that its caller takes between two steps. Layers below need not know. */
class SteppedCall extends Call {
  declare deadline: number | undefined;

  override beginStep(): void {
    this.deadline = performance.now() + this.total!;
  }
}

/**
 * Reads signal, lane and timeout (or the deadline that a file system was given) from `o`, once, and checks them. It ignores
 * other properties: `optionReader` in arguments/options.ts refuses unknown ones.
 * @returns undefined if none of the three is given
 * @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE
 */
export function callOf(o: OpOptions | { deadline?: number | undefined } | undefined): Call | undefined {
  if (o === undefined || o instanceof Call) return o;
  if (typeof o !== 'object' || o === null) throw invalidArgType('options', 'of type object', o);
  const deadline = (o as { deadline?: unknown }).deadline;
  const timeout =
    typeof deadline === 'number'
      ? Math.max(0, Math.ceil(deadline - performance.now())) // a round number, which an error shows
      : own(o, 'timeout');
  return callFrom(own(o, 'signal'), own(o, 'lane'), timeout);
}

/** The same from values that have been read already. */
export function callFrom(signal: unknown, lane: unknown, timeout: unknown): Call | undefined {
  if (signal === undefined && lane === undefined && timeout === undefined) return undefined;
  if (signal !== undefined && !isAbortSignal(signal))
    throw invalidArgType('options.signal', 'an instance of AbortSignal', signal);
  if (lane !== undefined && !Lane.isLane(lane))
    throw invalidArgType('options.lane', 'an instance of Lane', lane);
  if (timeout !== undefined) {
    if (typeof timeout !== 'number') throw invalidArgType('options.timeout', 'of type number', timeout);
    if (!(timeout >= 0) || timeout > 0x7fffffff)
      throw outOfRange('options.timeout', '>= 0 && <= 2147483647', timeout);
  }
  return new Call(signal, lane, timeout);
}

/** A property of `o`. Ignores a polluted Object.prototype. */
export function own(o: object, name: string): unknown {
  const value = (o as Record<string, unknown>)[name];
  return value !== undefined && name in Object.prototype && !Object.hasOwn(o, name) ? undefined : value;
}

/** The call of a public function without options. File systems always get a call. */
export const NO_CALL: Call = Object.freeze(new Call(undefined, undefined, undefined));
