// Memory for the bytes of an object, whose size the server says.
import { constants } from 'node:buffer';

import { failed } from './failures.js';

/** Memory for so many bytes. Throws EFBIG if no buffer can be so large, ENOMEM if there is none, EIO if it is no number of bytes. */
export function memoryFor(size: number): Buffer {
  if (size > constants.MAX_LENGTH) throw failed('EFBIG', 'read');
  if (!Number.isInteger(size))
    throw failed('EIO', 'read', new Error('the server did not say how large the object is'));
  try {
    return Buffer.allocUnsafeSlow(size);
  } catch (error) {
    throw failed('ENOMEM', 'read', error);
  }
}
