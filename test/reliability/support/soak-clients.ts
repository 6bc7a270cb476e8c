// The actions of the clients of the soak test: each one acts once, checks its results, and leaves nothing behind. An unexpected
// failure ends the soak test.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { Worker } from 'node:worker_threads';

import {
  appendFile,
  createLane,
  lines,
  lockFile,
  open,
  openAtomic,
  os,
  readBytes,
  readMany,
  serveFile,
  statMany,
  tempfile,
  updateAtomic,
  writeAtomic,
  writeFile,
} from 'uvfiles';
import { memoryFiles } from 'uvfiles/testing';

import { type Random } from '../../support/random.js';

const LINES = 5000;
const LINE = 'a line of the file that all clients read\n';
const CONTENT = Buffer.from(LINE.repeat(LINES));
const FILES = 8;
const COUNTERS = 8;
const LOG_LIMIT = 1_000_000;
const ENTRY = `${'x'.repeat(99)}\n`;
const PAGE = 4096;

/** The codes of calls that a client has ended itself. */
const isEnded = (error: unknown): boolean =>
  ['ABORT_ERR', 'ERR_TIMEOUT'].includes((error as { code?: string }).code ?? '');
const unlessEnded = (error: unknown): undefined => {
  if (!isEnded(error)) throw error;
};

/** A signal that is aborted soon: immediately, in this turn, or some milliseconds later. */
function soon(random: Random): AbortSignal {
  const controller = new AbortController();
  const delay = random.below(5);
  if (delay === 0) queueMicrotask(() => controller.abort());
  else setTimeout(() => controller.abort(), delay - 1);
  return controller.signal;
}

const WORKER = `
  const { parentPort, workerData: { top, number, times } } = require('node:worker_threads');
  const { open, readBytes, writeAtomic, tempfile, os } = require('uvfiles');
  (async () => {
    for (let i = 0; i < times; i++) {
      const f = await open(top + '/shared', 'rb'); await f.readline(); await f.pread(100, 1000); await f.close();
      await writeAtomic(top + '/worker-' + number, Buffer.alloc(30000, 'w'), { durable: false });
      const t = await tempfile.namedTemporaryFile({ dir: top }); await t.write(Buffer.alloc(10)); await t.close();
      if (i === 1) parentPort.postMessage('busy');
    }
  })();`;

export interface Clients {
  readonly actions: Record<string, (random: Random, number: number) => Promise<unknown>>;
  /** Ends the connections that are kept for later requests. */
  rest(): void;
  /** Checks the counters and the log while no client acts, and answers the names of files that should not be there. */
  check(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Starts the server, and makes the files. `top` is an empty directory. */
export async function startClients(top: string): Promise<Clients> {
  const at = (name: string): string => `${top}/${name}`;
  writeFileSync(at('shared'), CONTENT);
  writeFileSync(at('log'), '');
  mkdirSync(at('tree/d/e'), { recursive: true });
  for (const name of ['a', 'd/b', 'd/e/c']) writeFileSync(at(`tree/${name}`), name);
  execFileSync('mkfifo', [at('fifo')]);
  const counters = Array.from({ length: COUNTERS }, (_, i) => at(`counter-${i}`));
  let counted = 0;
  let lanes = 0;
  let serving: unknown;
  const server = http.createServer((req, res) => {
    serveFile(req, res, 'shared', { root: top }).catch((error: unknown) => {
      if (!res.destroyed) serving ??= error; // else the client has left
      res.destroy();
    });
  });
  // If a process is stopped for a while, its connections would be closed as idle.
  server.keepAliveTimeout = server.requestTimeout = server.headersTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

  /** One request, of which the client may read only a part. */
  const request = (random: Random): Promise<void> =>
    new Promise((resolve, reject) => {
      const leaves = random.below(4) === 0;
      const outgoing = http.get({ port, agent, path: '/shared' }, (incoming) => {
        let length = 0;
        incoming.on('data', (data: Buffer) => {
          length += data.length;
          if (leaves) incoming.destroy();
        });
        incoming.on('error', () => resolve());
        incoming.on('close', () => {
          if (leaves || length === CONTENT.length) resolve();
          else reject(new Error(`served ${length} bytes`));
        });
      });
      outgoing.on('error', reject);
    });

  const actions: Clients['actions'] = {
    async readsAll() {
      assert.ok((await readBytes(at('shared'))).equals(CONTENT));
    },
    async readsPlaces(random) {
      await using f = await open(at('shared'), 'rb');
      const position = random.below(CONTENT.length - 3000);
      const [first, second] = await Promise.all([f.pread(3000, position), f.read(500)]);
      assert.ok(first.equals(CONTENT.subarray(position, position + 3000)));
      assert.ok(second.equals(CONTENT.subarray(0, 500)));
    },
    async readsLines(random) {
      await using f = await open(at('shared'));
      let left = random.below(200);
      for await (const line of f) {
        assert.equal(line, LINE);
        if (left-- === 0) break;
      }
      assert.equal(await f.readline(), LINE);
    },
    async readsLastLines() {
      for await (const line of lines(at('shared'), { last: 3 })) assert.equal(`${line}\n`, LINE);
    },
    async writes(random, number) {
      const name = at(`written-${number}`);
      const size = random.below(200_000);
      const f = await open(name, 'wb', { buffering: 1000 });
      for (let left = size; left > 0; left -= 7000) await f.write(Buffer.alloc(Math.min(left, 7000), 'w'));
      if (random.below(8) === 0) await f.sync();
      await f.close();
      assert.equal((await os.stat(name)).size, size);
    },
    async appends() {
      await appendFile(at('log'), ENTRY);
      const { size } = await os.stat(at('log'));
      // stat(2) does not wait for another write, which may have filled one page and not yet the next one.
      if (size % PAGE !== 0) assert.equal(size % ENTRY.length, 0);
      if (size > LOG_LIMIT) await writeFile(at('log'), '');
    },
    async replaces(random, number) {
      const name = at(`atomic-${number % FILES}`);
      await writeAtomic(name, Buffer.alloc(20_000, random.below(200)), { durable: random.below(8) === 0 });
      const bytes = await readBytes(name);
      assert.ok(bytes.equals(Buffer.alloc(20_000, bytes[0])));
    },
    async replacesInPieces(random, number) {
      const f = await openAtomic(at(`pieces-${number}`), 'w', { durable: false });
      await f.write('some text');
      if (random.below(3) === 0) await f.abort();
      else await f.commit();
    },
    async counts(random) {
      await updateAtomic(random.pick(counters), (old) => String(Number(old ?? 0) + 1), {
        encoding: 'utf-8',
        durable: false,
      });
      counted++;
    },
    async locks(random) {
      const lock = await lockFile(at('lock'), { signal: soon(random), shared: random.below(2) === 0 }).catch(
        unlessEnded,
      );
      await lock?.release();
    },
    async makesTemporaryFiles(random) {
      await using named = await tempfile.namedTemporaryFile({ dir: top });
      await using unnamed = await tempfile.temporaryFile({ dir: top });
      await using spooled = await tempfile.spooledTemporaryFile({ dir: top, maxSize: 1000 });
      await Promise.all([named, unnamed, spooled].map((f) => f.write(Buffer.alloc(random.below(2000)))));
      await using directory = await tempfile.temporaryDirectory({ dir: top });
      await writeFile(`${directory.name}/inside`, 'x');
    },
    async streams(random) {
      await using f = await open(at('shared'), 'rb');
      const reader = f.readableStream({ chunkSize: 5000 }).getReader();
      let length = 0;
      for (let left = random.below(60); left > 0; left--) {
        const { done, value } = await reader.read();
        if (done) break;
        length += value.length;
      }
      await reader.cancel();
      // Data that was read ahead for the stream belongs to the handle again.
      assert.ok((await f.read()).equals(CONTENT.subarray(length)));
    },
    async endsReads(random) {
      await using f = await open(at('shared'), 'rb');
      const signal = soon(random);
      const outcomes = await Promise.allSettled([
        f.read(100_000, { signal }),
        f.pread(100_000, 5000, { timeout: 0.01 }),
        readBytes(at('shared'), { signal }),
      ]);
      for (const each of outcomes) if (each.status === 'rejected') unlessEnded(each.reason);
      const length = outcomes[0].status === 'fulfilled' ? outcomes[0].value.length : 0;
      assert.ok((await f.read()).equals(CONTENT.subarray(length)));
    },
    async waitsForFifo(random) {
      await using f = await open(at('fifo'), 'r+b', { buffering: 0 });
      await f.read(10, { signal: soon(random) }).catch(unlessEnded);
    },
    async looksAtTrees(_, number) {
      let found = 0;
      for await (const [, directories, files] of os.walk(at('tree')))
        found += directories.length + files.length;
      for await (const name of os.glob('**/*', { cwd: at('tree') })) found += name.length > 0 ? 1 : 0;
      assert.equal(found, 10);
      await os.copytree(at('tree'), at(`copy-${number}`));
      await os.rmtree(at(`copy-${number}`));
    },
    async asksForMany() {
      const paths = [at('shared'), at('none'), at('tree/a')];
      const [first, second] = await statMany(paths);
      assert.ok(!(first instanceof Error) && second instanceof Error);
      let length = 0;
      for await (const each of readMany(paths)) length += each.data?.length ?? 0;
      assert.equal(length, CONTENT.length + 1);
    },
    request,
    async usesMemory(_, number) {
      using files = memoryFiles({ file: 'in memory' }, { at: `/soak-${number}` });
      void files;
      assert.equal((await readBytes(`/soak-${number}/file`)).toString(), 'in memory');
    },
    async usesLanes() {
      const lane = createLane({ name: `lane-${lanes++}`, concurrency: 1 });
      await Promise.all([os.stat(top, { lane }), os.stat(top, { lane }), readBytes(at('shared'), { lane })]);
    },
    async forgets() {
      const f = await open(at('forgotten'), 'ab');
      await f.write(Buffer.alloc(10));
    },
    async worker(random, number) {
      const ends = random.below(2) === 0;
      const workerData = { top, number, times: ends ? 5 : 1e9 };
      const worker = new Worker(WORKER, { eval: true, workerData });
      const ended = new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
      await new Promise((resolve) => worker.once('message', resolve));
      if (!ends) await worker.terminate();
      await ended;
    },
  };
  const isOwn = /^(?:(?:written|atomic|pieces|worker|counter)-\d+|shared|tree|fifo|log|lock|forgotten)$/;
  return {
    actions,
    rest: () => agent.destroy(),
    async check() {
      if (serving !== undefined) throw new Error('serveFile fails', { cause: serving });
      let sum = 0;
      for await (const each of readMany(counters)) sum += Number(each.data ?? 0);
      assert.equal(sum, counted);
      const log = String(await readBytes(at('log')));
      assert.equal(log, ENTRY.repeat(log.length / ENTRY.length));
      return (await os.listdir(top)).filter((name) => !isOwn.test(name));
    },
    async close() {
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
