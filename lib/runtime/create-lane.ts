// createLane: a separate queue for work that must not delay other work.
import { count, flag, oneOf, optionReader, unchecked } from '../arguments/options.js';
import { invalidArgType, invalidArgValue, outOfRange } from '../errors/index.js';
import { addLane, poolFigures, retireLane } from '../native/pool.js';
import { type Lane, lanes, makeLane, type Priority } from '../schedule/lane.js';

/** Options of `createLane`. */
export interface LaneOptions {
  /** The unique name of the lane in `metrics()` and in errors. */
  name: string;
  /** Default `'normal'`. Higher priorities go first, but a lane that has been passed over often enough gets its turn. */
  priority?: Priority | undefined;
  /**
   * The maximum number of threads that work for this lane at a time. Default: one less than the pool's jobs, so that a
   * lane that hangs on a dead mount leaves a thread to others. With a single job (UV_THREADPOOL_SIZE of 1 or 2) there
   * is no isolation.
   */
  concurrency?: number | undefined;
  /** The maximum number of waiting operations. Beyond it, calls reject with LaneFullError. Default: no limit. */
  queueLimit?: number | undefined;
  /** Whether cached data can be read immediately, without a thread. Default true. */
  inline?: boolean | undefined;
}

const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];
const NO_LIMIT = 0xffffffff;

// Lanes by name. The references are weak, so that the number of an unreferenced lane can be reused.
const made = new Map<string, WeakRef<Lane>>();
const collected = new FinalizationRegistry<{ name: string; number: number }>(({ name, number }) => {
  if (made.get(name)?.deref() === undefined) made.delete(name);
  retireLane(number);
});

function laneNamed(name: string): Lane | undefined {
  return [lanes.default, lanes.bulk].find((lane) => lane.name === name) ?? made.get(name)?.deref();
}

/** All lanes of this environment that are still referenced. */
export function registeredLanes(): Lane[] {
  const list = [lanes.default, lanes.bulk];
  for (const reference of made.values()) {
    const lane = reference.deref();
    if (lane !== undefined) list.push(lane);
  }
  return list;
}

const checkLimit = count(NO_LIMIT, 1, NO_LIMIT);
const readLaneOptions = optionReader(
  {
    name: unchecked,
    priority: oneOf(PRIORITIES, 'normal'),
    concurrency: count(undefined, 1, 1024),
    queueLimit: (value, name) => (value === Infinity ? NO_LIMIT : checkLimit(value, name)),
    inline: flag(true),
  },
  false,
);

/**
 * Creates a lane. There can be up to 4,094 lanes in addition to `default` and `bulk`. Each takes 9 KiB, so create lanes when
 * the program starts, not for each request. A lane without references is garbage collected, and disappears from `metrics()`.
 * @returns the lane, for the option `lane` of any call
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE (a name that is taken), RangeError ERR_OUT_OF_RANGE (also for one
 *   lane too many)
 * @cancelling does no I/O, and takes no signal
 * @platforms `inline` has an effect on Linux only
 * @example const thumbnails = createLane({ name: 'thumbnails', priority: 'low', concurrency: 1 });
 */
export function createLane(o: LaneOptions): Lane {
  if (o === undefined) throw invalidArgType('options', 'of type object', o);
  const { name, priority, concurrency, queueLimit, inline } = readLaneOptions(o);
  if (typeof name !== 'string') throw invalidArgType('options.name', 'of type string', name);
  if (name === '' || laneNamed(name) !== undefined)
    throw invalidArgValue('options.name', name, 'must not be empty, or the name of an existing lane');
  const number = addLane(PRIORITIES.indexOf(priority), concurrency ?? 0, queueLimit);
  if (number < 0) throw outOfRange('the number of lanes', '<= 4096', 4097);
  const lane = makeLane(number, {
    name,
    priority,
    concurrency: concurrency ?? Math.max(1, poolFigures().jobLimit - 1),
    queueLimit: queueLimit === NO_LIMIT ? Infinity : queueLimit,
    inline,
  });
  made.set(name, new WeakRef(lane));
  collected.register(lane, { name, number });
  return lane;
}
