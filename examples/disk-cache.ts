// A disk cache that several processes share: npx tsx examples/disk-cache.ts DIRECTORY URL-OR-TEXT...
// Shows writeAtomic, so that no process reads an incomplete entry, and a size limit that removes the oldest entries.
import { createHash } from 'node:crypto';
import { os, readBytes, writeAtomic } from 'uvfiles';

class DiskCache {
  readonly #directory: string;
  readonly #maxBytes: number;

  constructor(directory: string, maxBytes: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /** Returns the entry of `key`. If there is none, stores the result of `make` and returns it. */
  async get(key: string, make: () => Promise<Buffer>): Promise<{ data: Buffer; hit: boolean }> {
    const file = this.#fileOf(key);
    try {
      const data = await readBytes(file);
      await os.utimes(file, new Date(), new Date()); // marks the entry as recently used
      return { data, hit: true };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const data = await make();
    await os.makedirs(this.#directory, { existOk: true });
    // A cache can lose an entry in a power failure, so it does not wait for the disk. The entry is still never incomplete.
    await writeAtomic(file, data, { durable: false });
    await this.#trim();
    return { data, hit: false };
  }

  #fileOf(key: string): string {
    return `${this.#directory}/${createHash('sha256').update(key).digest('hex')}`;
  }

  async #trim(): Promise<void> {
    const entries: { path: string; size: number; mtimeMs: number }[] = [];
    for await (const entry of os.scandir(this.#directory)) {
      try {
        const { size, mtimeMs } = await entry.stat();
        entries.push({ path: entry.path, size, mtimeMs });
      } catch {
        // Another process has removed it.
      }
    }
    let total = entries.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of entries.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (total <= this.#maxBytes) break;
      await os.unlink(path).catch(() => undefined);
      total -= size;
    }
  }
}

const [directory = '.cache', ...keys] = process.argv.slice(2);
const cache = new DiskCache(directory, 1000);
for (const key of keys) {
  const { data, hit } = await cache.get(key, async () => Buffer.from(key.toUpperCase().repeat(40)));
  console.log(`${key}: ${data.length} bytes, ${hit ? 'from the cache' : 'made'}`);
}
