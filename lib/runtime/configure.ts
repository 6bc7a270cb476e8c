// configure(): the settings of the whole process or environment.
import { count, flag, optionReader, unchecked } from '../arguments/options.js';
import { invalidArgType } from '../errors/index.js';
import { inlineSettings } from '../native/inline-budget.js';
import { setReserve } from '../native/pool.js';

/** Settings of the inline path. */
export interface InlineOptions {
  /** The largest read into new memory that is tried inline, in bytes. Initially 65,536. */
  maxBytes?: number | undefined;
  /**
   * The largest read into a view that is tried inline, in bytes. Initially 1,048,576, because the event loop's thread has to copy
   * these bytes even if the pool reads them. If only `maxBytes` is given, `maxViewBytes` is the same.
   */
  maxViewBytes?: number | undefined;
  /**
   * Microseconds of inline work per event-loop iteration. Beyond it, reads wait for the next iteration or go to the pool.
   * Initially 200.
   */
  budgetMicros?: number | undefined;
  /**
   * Whether the pool makes some of the calls that could be answered inline, if many are in flight. This takes less time and more CPU
   * time: a program that uses every processor for other work can switch it off. Initially true.
   */
  share?: boolean | undefined;
}

/** Options of `configure`. */
export interface Configuration {
  /** The number of threads of the process's pool that the library leaves to dns, crypto, zlib and node:fs. Initially 1. */
  reserveThreads?: number | undefined;
  /** False switches the inline path of this environment off. True, or an object with settings, switches it on. */
  inline?: boolean | InlineOptions | undefined;
}

const LARGEST = 1 << 20;

const readInlineOptions = optionReader(
  {
    maxBytes: count(undefined, 0, LARGEST),
    maxViewBytes: count(undefined, 0, LARGEST),
    budgetMicros: count(undefined),
    share: flag(undefined),
  },
  false,
);

const readConfiguration = optionReader(
  { reserveThreads: count(undefined, 0, 1024), inline: unchecked },
  false,
);

/**
 * Changes settings. Settings that are omitted do not change, except `maxViewBytes`: `maxBytes` alone sets both.
 * @returns nothing
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, RangeError ERR_OUT_OF_RANGE; nothing is changed then
 * @cancelling does no I/O, and takes no signal
 * @platforms `inline` has an effect on Linux only
 * @example configure({ reserveThreads: 2, inline: { budgetMicros: 100 } });
 */
export function configure(o: Configuration): void {
  if (o === undefined) throw invalidArgType('options', 'of type object', o);
  const { reserveThreads, inline } = readConfiguration(o);
  if (inline !== undefined && typeof inline !== 'boolean' && (typeof inline !== 'object' || inline === null))
    throw invalidArgType('options.inline', 'of type boolean or object', inline);
  if (inline !== undefined) {
    const {
      maxBytes,
      maxViewBytes = maxBytes ?? inlineSettings.maxViewBytes,
      budgetMicros = inlineSettings.budgetMicros,
      share = inlineSettings.share,
    } = typeof inline === 'boolean' ? {} : readInlineOptions(inline, 'options.inline');
    const enabled = inline !== false && process.platform === 'linux';
    Object.assign(inlineSettings, {
      enabled,
      maxBytes: maxBytes ?? inlineSettings.maxBytes,
      maxViewBytes,
      budgetMicros,
      share,
    });
  }
  if (reserveThreads !== undefined) setReserve(reserveThreads);
}
