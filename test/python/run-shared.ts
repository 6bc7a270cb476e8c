// Two handles of one descriptor, as the fuzzer uses them: in turns, so that each begins where the other has stopped.
import { type BinaryFile, open, type RawFile } from 'uvfiles';
import { Binary } from './run-binary.ts';
import type { Sequence } from './sequence.ts';

type Bytes = BinaryFile | RawFile;

export class Shared extends Binary {
  #waiting: Bytes;
  #isOwner = true;

  private constructor(owner: Bytes, second: Bytes, path: string) {
    super(owner, path);
    this.#waiting = second;
  }

  static async open(owner: Bytes, path: string, second: NonNullable<Sequence['second']>): Promise<Shared> {
    const options = { ...second.options, closefd: false };
    try {
      return new Shared(owner, await open(owner.fileno(), second.mode as 'rb', options), path);
    } catch (error) {
      await owner.close();
      throw error;
    }
  }

  /** The other handle continues. It discards what it has read ahead. */
  async other() {
    let position = 0;
    if (!this.file.closed) {
      await this.file.flush();
      position = await this.file.tell();
    }
    [this.file, this.#waiting] = [this.#waiting, this.file];
    this.#isOwner = !this.#isOwner;
    if (this.file.closed) return position;
    await this.file.seek(0, 2);
    return this.file.seek(position);
  }

  /** The owner's descriptor is used to the end. */
  override close() {
    return this.#isOwner ? this.file.flush() : this.file.close();
  }

  /** The owner last. */
  async closeBoth() {
    if (this.#isOwner) [this.file, this.#waiting] = [this.#waiting, this.file];
    await this.file.close();
    this.file = this.#waiting;
  }
}
