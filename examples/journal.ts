// A journal that survives a crash at any time: npx tsx examples/journal.ts FILE [TEXT...]
// Shows how to append and sync before a reply, and how to remove an incomplete record when the journal is opened again.
import { createHash } from 'node:crypto';
import { type BinaryFile, open } from 'uvfiles';

const HEADER = 8; // length and checksum, 32 bits each

function checksum(data: Uint8Array): number {
  return createHash('sha256').update(data).digest().readUInt32LE(0);
}

/** After a crash, all synced records are still in the file. A record that was being written may be incomplete. */
class Journal {
  readonly #file: BinaryFile;
  readonly records: string[];

  private constructor(file: BinaryFile, records: string[]) {
    this.#file = file;
    this.records = records;
  }

  static async open(path: string): Promise<Journal> {
    const file = await open(path, 'ab+');
    await file.seek(0);
    const records: string[] = [];
    let end = 0;
    for (;;) {
      const header = await file.read(HEADER);
      if (header.length < HEADER) break;
      const data = await file.read(header.readUInt32LE(0));
      if (data.length < header.readUInt32LE(0) || checksum(data) !== header.readUInt32LE(4)) break;
      records.push(data.toString());
      end += HEADER + data.length;
    }
    const { size } = await file.stat();
    if (size > end) {
      console.log(`${size - end} bytes of a torn record cut off`);
      await file.truncate(end);
      await file.sync();
    }
    return new Journal(file, records);
  }

  /** Resolves when the record is on the disk. Records that are added at the same time share one sync. */
  async add(text: string): Promise<void> {
    const data = Buffer.from(text);
    const header = Buffer.alloc(HEADER);
    header.writeUInt32LE(data.length, 0);
    header.writeUInt32LE(checksum(data), 4);
    await this.#file.write(Buffer.concat([header, data]));
    await (this.#syncing ??= this.#sync());
    this.records.push(text);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #syncing: Promise<void> | undefined;

  async #sync(): Promise<void> {
    await Promise.resolve(); // lets other additions of the same turn write first
    this.#syncing = undefined;
    await this.#file.datasync();
  }
}

const [path = 'example.journal', ...texts] = process.argv.slice(2);
const journal = await Journal.open(path);
console.log(`${journal.records.length} records: ${journal.records.join(', ')}`);
await Promise.all(texts.map((text) => journal.add(text)));
if (texts.length > 0) console.log(`${texts.length} added and safe`);
await journal.close();
