// Waits for a descriptor if the tables of a legacy encoding cannot be loaded without one.
import { isDescriptorShortage } from '../errors/index.js';
import { realFiles } from '../filesystem/mounts.js';
import type { Call } from '../schedule/call.js';

/**
 * The result of `check`, which checks text options. This loads the tables of the encoding, for which the process may have no
 * descriptor. `check` then runs again when there is one. For functions that wait for descriptors.
 * @throws as `check`; from the promise also AbortError, TimeoutError
 */
export function withTables<T>(check: () => T, call: Call | undefined): T | Promise<T> {
  try {
    return check();
  } catch (error) {
    if (!isDescriptorShortage(error)) throw error;
    const checked = realFiles.withDescriptors(async () => check(), call);
    checked.catch(() => undefined); // the caller may fail before it awaits this
    return checked;
  }
}
