// The options that writeAtomic and openAtomic share.
import { modeOption } from '../arguments/mode.js';
import { flag, text } from '../arguments/options.js';

/** Options of the functions that replace a file in one step. */
export interface AtomicOptions {
  /** Syncs the content before, and the directory after, the replacement. Default true. */
  durable?: boolean | undefined;
  /** Permission bits, before the umask. Default: those of the old file, or 0o666 if there is none. */
  permissions?: number | undefined;
  /** Replaces only a file with this ETag. For file systems with conditional writes, such as S3. */
  ifMatch?: string | undefined;
}

/** The checks of these options. */
export const ATOMIC_CHECKS = {
  durable: flag(true),
  permissions: modeOption(undefined),
  ifMatch: text(undefined),
};
