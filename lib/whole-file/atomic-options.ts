// What writeAtomic and openAtomic have in common: their options.
import { modeOption } from '../arguments/mode.js';
import { flag, text } from '../arguments/options.js';

/** Options of everything that replaces a file in one step. */
export interface AtomicOptions {
  /** Syncs the content before, and the directory after, the replacement. Default true. */
  durable?: boolean | undefined;
  /** Permission bits, before the umask. Default: those of the old file, or 0o666 where there is none. */
  permissions?: number | undefined;
  /** Replace only a file with this ETag. On file systems whose writes can be conditional, such as S3. */
  ifMatch?: string | undefined;
}

/** The checks of these options. */
export const ATOMIC_CHECKS = {
  durable: flag(true),
  permissions: modeOption(undefined),
  ifMatch: text(undefined),
};
