// Memory for the bytes of an object, whose size comes from the server.
import { constants } from 'node:buffer';

import { failed } from './failures.js';

/** A number of bytes. Throws EIO for anything else. */
export function knownSize(size: number, syscall = 'read'): number {
  if (Number.isInteger(size) && size >= 0) return size;
  throw failed('EIO', syscall, new Error('the server did not say how large the object is'));
}

/** Memory for this number of bytes. Throws EFBIG if no buffer can be as large, ENOMEM without memory, EIO for any other value. */
export function memoryFor(size: number): Buffer {
  if (size > constants.MAX_LENGTH) throw failed('EFBIG', 'read');
  const bytes = knownSize(size);
  try {
    return Buffer.allocUnsafeSlow(bytes);
  } catch (error) {
    throw failed('ENOMEM', 'read', error);
  }
}
