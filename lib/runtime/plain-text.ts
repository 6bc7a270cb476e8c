// ASCII text without a copy: the pieces go into memory that becomes the string. If strings were joined instead, the first
// access to a character would copy all of them.
import { constants } from 'node:buffer';

import { textMemory, textOf } from '../native/pool.js';

export class PlainText {
  #memory: Buffer | undefined;
  #length = 0;

  /** @param size the maximum number of bytes */
  constructor(size: number) {
    if (size > 0 && size <= constants.MAX_STRING_LENGTH) this.#memory = textMemory(size);
  }

  /** False when the memory is full or unavailable, or the text has been taken already. */
  takes(piece: Buffer): boolean {
    if (this.#memory === undefined || this.#length + piece.length > this.#memory.length) return false;
    this.#memory.set(piece, this.#length);
    this.#length += piece.length;
    return true;
  }

  /** Takes the text so far, once. Nothing can be added after that. */
  end(): string {
    const memory = this.#memory;
    this.#memory = undefined;
    if (memory === undefined || this.#length === 0) return '';
    return textOf(memory, this.#length) ?? memory.toString('latin1', 0, this.#length);
  }
}
