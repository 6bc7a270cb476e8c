// configure(): the few settings that hold for the whole process or environment.
import { type Check, count, optionReader, unchecked } from '../arguments/options.js';
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

const atMost = (most: number): Check<number | undefined> => {
  const check = count(undefined);
  return (value, name) => {
    const checked = check(value, name);
    if (checked !== undefined && checked > most) throw outOfRange(name, `>= 0 && <= ${most}`, value);
    return checked;
  };
};

const readInlineOptions = optionReader({ maxBytes: atMost(1 << 20), budgetMicros: count(undefined) }, false);

const readConfiguration = optionReader({ reserveThreads: atMost(1024), inline: unchecked }, false);

/**
 * Changes settings; what is not named stays.
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, RangeError ERR_OUT_OF_RANGE; nothing is changed then
 * @example configure({ reserveThreads: 2, inline: { budgetMicros: 100 } });
 */
export function configure(o: Configuration): void {
  if (o === undefined) throw invalidArgType('options', 'of type object', o);
  const { reserveThreads, inline } = readConfiguration(o);
  if (inline !== undefined && typeof inline !== 'boolean' && (typeof inline !== 'object' || inline === null))
    throw invalidArgType('options.inline', 'of type boolean or object', inline);
  if (inline !== undefined) {
    const { maxBytes = inlineSettings.maxBytes, budgetMicros = inlineSettings.budgetMicros } =
      typeof inline === 'boolean' ? {} : readInlineOptions(inline, 'options.inline');
    const enabled = inline !== false && process.platform === 'linux';
    Object.assign(inlineSettings, { enabled, maxBytes, budgetMicros });
  }
  if (reserveThreads !== undefined) addon.setReserve(reserveThreads);
}
