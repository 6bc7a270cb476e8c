// configure(): the few settings that hold for the whole process or environment.
import { checkCount } from '../arguments/numbers.js';
import { invalidArgType, outOfRange } from '../errors/index.js';
import { addon } from '../native/addon.js';
import { inlineSettings } from '../native/ration.js';

/** Settings of the inline path. */
export interface InlineOptions {
  /** Largest read that is tried inline, in bytes; 65,536 at first. */
  maxBytes?: number | undefined;
  /** Microseconds of inline work in one event-loop iteration, beyond which the next one or the pool serves; 200 at first. */
  budgetMicros?: number | undefined;
}

/** Options of `configure`. */
export interface Configuration {
  /** Threads of libuv's pool that this library leaves to dns, crypto, zlib and node:fs; 1 at first. The whole process's. */
  reserveThreads?: number | undefined;
  /** False switches the inline path off, an object (or true) on with these settings. This environment's. */
  inline?: boolean | InlineOptions | undefined;
}

/**
 * Changes settings; what is not named stays.
 * @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE; nothing is changed then
 * @example configure({ reserveThreads: 2, inline: { budgetMicros: 100 } });
 */
export function configure(o: Configuration): void {
  if (typeof o !== 'object' || o === null) throw invalidArgType('options', 'of type object', o);
  const { reserveThreads, inline } = o;
  if (reserveThreads !== undefined && checkCount(reserveThreads, 'options.reserveThreads') > 1024) {
    throw outOfRange('options.reserveThreads', '>= 0 && <= 1024', reserveThreads);
  }
  let { enabled, maxBytes, budgetMicros } = inlineSettings;
  if (typeof inline === 'boolean') {
    enabled = inline && process.platform === 'linux';
  } else if (inline !== undefined) {
    if (typeof inline !== 'object' || inline === null) {
      throw invalidArgType('options.inline', 'of type boolean or object', inline);
    }
    enabled = process.platform === 'linux';
    if (inline.maxBytes !== undefined) {
      maxBytes = checkCount(inline.maxBytes, 'options.inline.maxBytes');
      if (maxBytes > 1 << 20) throw outOfRange('options.inline.maxBytes', '>= 0 && <= 1048576', maxBytes);
    }
    if (inline.budgetMicros !== undefined)
      budgetMicros = checkCount(inline.budgetMicros, 'options.inline.budgetMicros');
  }
  Object.assign(inlineSettings, { enabled, maxBytes, budgetMicros });
  if (reserveThreads !== undefined) addon.setReserve(reserveThreads);
}
