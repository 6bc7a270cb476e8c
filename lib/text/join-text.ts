// Strings that may become longer than a string can be.
import { constants } from 'node:buffer';

import { stringTooLong } from '../errors/index.js';

/**
 * `text`, then `more`.
 * @throws Error ERR_STRING_TOO_LONG, which V8's own error does not have as its code
 */
export function joinText(text: string, more: string): string {
  if (text.length + more.length > constants.MAX_STRING_LENGTH) throw stringTooLong();
  return text + more;
}
