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
  /**
   * What to do if the file is a mount point, such as one that is bind-mounted into a container: nothing can replace it,
   * and the call rejects with EBUSY. True overwrites the file instead. That is **not atomic**: readers can see a
   * mixture of old and new content, and an error, a kill or a power cut leaves one. The file keeps its mode, owner and
   * hard links. Default false.
   */
  inPlaceIfBusy?: boolean | undefined;
}

/** Checks these options. */
export const ATOMIC_CHECKS = {
  durable: flag(true),
  permissions: modeOption(undefined),
  ifMatch: text(undefined),
  inPlaceIfBusy: flag(false),
};
