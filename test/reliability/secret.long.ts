// Descriptors and memory that are reused: readers, writers and workers stop at random, while other code opens and reads a
// secret file, and so gets their descriptor numbers and their memory. No byte of the file may reach them, and none of their
// bytes may reach the file.
import { expect } from 'chai';
import { once } from 'node:events';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { open, readBytes, readMany, writeAtomic, writeFile } from 'uvfiles';

import { scratchDirectory } from '../support/temp.js';
import { figure } from './support/figures.js';
import { Random } from '../support/random.js';

const ROUNDS = Number(process.env.UVFILES_SECRET ?? 1500);
const WORKERS = 40;
const AT_ONCE = 8;
const SIZE = 150_000;
const SECRET = Buffer.alloc(SIZE, 'S');
const [PUBLIC, MARK] = [0x70, 0xaa];

const WORKER = `
  const { parentPort, workerData: { file, own } } = require('node:worker_threads');
  const { open, readBytes, writeFile } = require('uvfiles');
  const loop = async (kind) => { for (;;) await kind(); };
  const see = (bytes) => { if (bytes.includes('S')) parentPort.postMessage('seen'); };
  loop(async () => { const f = await open(file, 'rb'); f.pread(100000, 0).then(see, () => 0); f.read(9000).then(see, () => 0); f.close(); });
  loop(async () => see(await readBytes(file)));
  loop(async () => { const f = await open(own, 'wb'); f.write(Buffer.alloc(50000, 'p')).catch(() => 0); await f.close(); });
  loop(() => writeFile(own + '-whole', Buffer.alloc(100000, 'p')));
  parentPort.postMessage('busy');`;

describe('reused descriptors and memory', function () {
  this.timeout(600_000);
  const scratch = scratchDirectory();
  let [secret, shared] = ['', ''];
  let looked = 0;

  beforeEach(() => {
    secret = path.join(scratch.path, 'secret');
    shared = path.join(scratch.path, 'public');
    writeFileSync(secret, SECRET);
    writeFileSync(shared, Buffer.alloc(SIZE, PUBLIC));
  });

  /** Everything that is not the secret file: no byte of it, in what was read or written. */
  const see = (bytes: Uint8Array): void => {
    looked += bytes.length;
    // The kernel returns zeros to a read during which the file is truncated.
    const wrong = bytes.find((byte) => byte !== PUBLIC && byte !== 0);
    expect(wrong, 'a byte that is not of this file').to.equal(undefined);
  };
  const seen = async (read: Promise<Uint8Array>): Promise<void> => {
    const bytes = await read.catch(() => undefined);
    if (bytes !== undefined) see(bytes);
  };

  /** Takes the least free numbers of descriptors, and blocks of memory, for the secret file. */
  async function readSecret(random: Random): Promise<void> {
    const descriptors = Array.from({ length: 1 + random.below(20) }, () => openSync(secret, 'r+'));
    const view = Buffer.alloc(5000);
    readSync(descriptors[0]!, view, 0, view.length, random.below(1000));
    const f = await open(secret, 'rb');
    const parts = await Promise.all([
      f.read(random.below(SIZE)),
      f.pread(random.below(SIZE), random.below(SIZE)),
      readBytes(secret),
    ]);
    for (const part of parts) expect(part.equals(SECRET.subarray(0, part.length))).to.equal(true);
    await f.close();
    for (const each of descriptors) closeSync(each);
  }

  async function readPublic(random: Random): Promise<void> {
    const f = await open(shared, 'rb', random.below(2) === 0 ? { buffering: 0 } : {});
    const view = new Uint8Array(random.below(60_000)).fill(MARK);
    const controller = new AbortController();
    const { signal } = controller;
    const reads = [
      seen(f.read(random.below(SIZE), { signal })),
      seen(f.pread(random.below(SIZE), random.below(SIZE), { timeout: 0.05 })),
      seen(readBytes(shared, { signal })),
      seen(f.pread(200_000, 100_000)),
      f.preadinto(view, random.below(2 * SIZE)).then(
        (count) => {
          see(view.subarray(0, count));
          expect(
            view.subarray(count).every((byte) => byte === MARK),
            'behind what was read',
          ).to.equal(true);
        },
        () => undefined,
      ),
    ];
    // It shrinks and grows while it is read, so that reads are short.
    if (random.below(3) === 0) truncateSync(shared, random.below(SIZE));
    if (random.below(2) === 0) controller.abort();
    for (let turns = random.below(3); turns > 0; turns--) await new Promise(setImmediate);
    const closing = f.close();
    await Promise.all([...reads, closing]);
    if (random.below(3) === 0) writeFileSync(shared, Buffer.alloc(SIZE, PUBLIC));
  }

  async function writePublic(random: Random, number: number): Promise<void> {
    const own = path.join(scratch.path, `own-${number}`);
    const f = await open(own, 'wb', { buffering: random.below(2) * 5000 });
    const controller = new AbortController();
    const data = Buffer.alloc(random.below(SIZE), PUBLIC);
    const writes = [
      f.write(data, { signal: controller.signal }),
      f.pwrite(data, 0),
      writeFile(`${own}-whole`, data, { signal: controller.signal }),
      writeAtomic(`${own}-atomic`, data, { durable: false, signal: controller.signal }),
    ];
    data.fill(MARK);
    if (random.below(2) === 0) controller.abort();
    await Promise.allSettled([...writes, f.close()]);
    for await (const each of readMany([own, `${own}-whole`, `${own}-atomic`])) if (each.data) see(each.data);
  }

  it('give no byte of a secret file to another reader, and no byte of another writer to it', async () => {
    const random = new Random(1);
    let left = ROUNDS;
    const acts = [readSecret, readPublic, readPublic, writePublic];
    const client = async (number: number): Promise<void> => {
      while (left-- > 0) await random.pick(acts)(random, number);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => client(number)));
    expect(readFileSync(secret).equals(SECRET)).to.equal(true);
    figure('bytes compared beside a secret file', looked);
  });

  it('give no byte of it to a worker, and no byte of a terminated worker to it', async () => {
    const random = new Random(2);
    for (let round = 0; round < WORKERS; round++) {
      const workerData = { file: shared, own: path.join(scratch.path, 'of-worker') };
      const worker = new Worker(WORKER, { eval: true, workerData });
      const messages: unknown[] = [];
      worker.on('message', (message) => messages.push(message));
      await once(worker, 'message');
      await readSecret(random);
      const ending = worker.terminate();
      for (let i = 0; i < 5; i++) await readSecret(random);
      await ending;
      expect(messages).to.deep.equal(['busy']);
    }
    expect(readFileSync(secret).equals(SECRET)).to.equal(true);
    for (const name of readdirSync(scratch.path).filter((each) => each.startsWith('of-worker')))
      see(readFileSync(path.join(scratch.path, name)));
  });
});
