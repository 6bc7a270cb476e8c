// A lane: a named queue of operations with its own priority, share of the pool and metrics.

/** Which lanes go first. */
export type Priority = 'high' | 'normal' | 'low';

const CONSTRUCT = Symbol('construct');

/**
 * A queue that operations wait in. Created by `createLane`; `lanes.default` and `lanes.bulk` always exist.
 * @example const lane = createLane({ name: 'reports', priority: 'low', concurrency: 1 });
 */
export class Lane {
  /** The name that was passed to `createLane`, and that `metrics()` shows. */
  readonly name: string;
  /** Which lanes go first. */
  readonly priority: Priority;
  /**
   * The maximum number of threads that work for this lane at a time. Infinity for `lanes.default` and `lanes.bulk`, although
   * `bulk` leaves one job of the pool to other lanes.
   */
  readonly concurrency: number;
  /** The maximum number of waiting operations. Beyond it, calls reject with LaneFullError. */
  readonly queueLimit: number;
  /** Whether cached data may be served without a thread. */
  readonly inline: boolean;
  /** The addon's number. Private, so that only a lane that `createLane` made has one. */
  readonly #number: number;
  /** @internal */
  _inlineHits = 0;
  /** @internal */
  _inlineMisses = 0;

  /** @internal */
  constructor(
    key: symbol,
    number: number,
    o: { name: string; priority: Priority; concurrency: number; queueLimit: number; inline: boolean },
  ) {
    if (key !== CONSTRUCT) throw new TypeError('Use createLane() to create a lane');
    this.#number = number;
    this.name = o.name;
    this.priority = o.priority;
    this.concurrency = o.concurrency;
    this.queueLimit = o.queueLimit;
    this.inline = o.inline;
  }

  /** @internal The addon's number. */
  get number(): number {
    return this.#number;
  }

  /** @internal Whether `value` is a lane. A prototype can be forged; the private field cannot. */
  static isLane(value: unknown): value is Lane {
    return typeof value === 'object' && value !== null && #number in value;
  }
}

/** @internal */
export function makeLane(number: number, o: ConstructorParameters<typeof Lane>[2]): Lane {
  return new Lane(CONSTRUCT, number, o);
}

const UNLIMITED = { concurrency: Infinity, queueLimit: Infinity };

/**
 * The lanes that always exist. `default` serves calls without a lane. `bulk` serves long work:
 * walks, copies, removals, lists of files, and reads of more than 1 MiB.
 * @example await writeFile('backup.bin', data, { lane: lanes.bulk });
 */
export const lanes: { readonly default: Lane; readonly bulk: Lane } = Object.freeze({
  /** Calls without a lane. */
  default: makeLane(0, { ...UNLIMITED, name: 'default', priority: 'normal', inline: true }),
  /** Long work: low priority, never inline. */
  bulk: makeLane(1, { ...UNLIMITED, name: 'bulk', priority: 'low', inline: false }),
});
