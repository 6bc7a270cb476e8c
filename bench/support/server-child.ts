// An HTTP server that answers with files through a contender, in a process of its own: the load comes from elsewhere.
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { checkPattern } from '../harness/fixtures.js';
import { runOnce } from '../harness/drive.js';
import { serve } from '../harness/service.js';
import nodes from '../contenders/fs-promises.js';
import type { Capabilities, Contender, SingleSubject } from '../harness/types.js';
import { contenderByName } from './contender-by-name.js';

/** The settings of the server. */
export interface ServerTask {
  readonly contender: string;
  /** `files`: read whole and logged; `handler`: whatever the contender has for static files. */
  readonly kind: 'files' | 'handler';
  readonly top: string;
  readonly paths: readonly string[];
  readonly log: string;
  /** What is copied and walked while load is on. */
  readonly bulk?: Parameters<Capabilities['bulkLoad']>[0];
}

export interface ServerFigures {
  readonly cpuMs: number;
  /** Delays of the event loop. Not measured for `handler`: the measuring takes CPU time, which those workloads compare. */
  readonly delayP99Ms?: number;
  readonly delayMaxMs?: number;
  readonly rssMiB: number;
  /** By how much its median was larger in the last quarter of the time than in the second. */
  readonly rssGrowthMiB: number;
  /** How long the bulk job of the measurement took, if there was one. */
  readonly bulkMs?: number;
  /** The longest delay of the event loop in each tenth of a second, in milliseconds. */
  readonly timeline: readonly number[];
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

const line = Buffer.from('127.0.0.1 - - "GET / HTTP/1.1" 200\n');
const resolutionMs = 1;
const copyEveryMs = 2000;
const walkEveryMs = 1000;

let bulk: ReturnType<Capabilities['bulkLoad']> | undefined;
let stretch: Stretch | undefined;
let watchesDelay = true;
let failure: Error | undefined;

serve({
  async start(task: ServerTask): Promise<number> {
    const contender = await contenderByName(task.contender);
    const handler = task.kind === 'files' ? await filesOf(contender, task) : await handlerOf(contender, task);
    watchesDelay = task.kind === 'files';
    if (task.bulk !== undefined) bulk = (contender.bulkLoad ?? nodes.bulkLoad!)(task.bulk);
    const server = createServer((request, response) => {
      void answer(handler, request, response);
    });
    server.keepAliveTimeout = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  begin({ seconds }: { seconds: number }): void {
    stretch = new Stretch(watchesDelay);
    if (bulk !== undefined) stretch.addBulk(bulk, seconds);
  },
  async end(): Promise<ServerFigures> {
    const figures = await stretch!.end();
    if (failure !== undefined) throw failure;
    return figures;
  },
});

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await handler(request, response);
  } catch (error) {
    // The clients hang up once they have all bytes, which some streams call too early.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') failure ??= error as Error;
    response.destroy();
  }
}

/** Reads the file of the request's number whole, answers with it, and appends a line to the log. */
async function filesOf(contender: Contender, { paths, log }: ServerTask): Promise<Handler> {
  const reader = await contender.wholeReader?.({ paths });
  if (reader === undefined || reader.style === 'whole')
    throw new TypeError(`${contender.name} reads no files`);
  for (const index of [0, 1]) {
    const bytes = reader.bytesOf(await runOnce(reader, index, 0), 0);
    checkPattern(bytes, 0, bytes.length);
  }
  const append = await logOf(contender, log);
  const slots = slotsOf();
  return async ({ url = '', socket }, response) => {
    const slot = slots(socket);
    const bytes = reader.bytesOf(await runOnce(reader, Number(url.slice(1)), slot), slot);
    response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes);
    await append(slot);
  };
}

/** Leaves the whole answer to the contender. */
async function handlerOf(contender: Contender, { top, paths }: ServerTask): Promise<Handler> {
  const handle = (await contender.fileHandler?.({ top }))!;
  const names = paths.map((file) => path.relative(top, file));
  return (request, response) => handle(request, response, names[Number(request.url!.slice(1))]!);
}

/** A number for each connection, as contenders know them that keep a buffer for each operation in flight. */
function slotsOf(): (of: object) => number {
  const slots = new WeakMap<object, number>();
  let used = 0;
  return (of) => {
    let slot = slots.get(of);
    if (slot === undefined) slots.set(of, (slot = used++ % 64));
    return slot;
  };
}

/** The contender's own way to append, or that of fs.promises. */
async function logOf(contender: Contender, log: string): Promise<(slot: number) => Promise<unknown>> {
  const writer = await contender.smallWriter?.({ chunk: line });
  if (writer === undefined) {
    const handle = await open(log, 'a');
    return () => handle.write(line);
  }
  await writer.begin(log);
  return (slot) => runOnce(writer satisfies SingleSubject, 0, slot);
}

/** One stretch of load, with what it cost the server. */
class Stretch {
  readonly #cpu = process.cpuUsage();
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #recent = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #timeline: number[] = [];
  readonly #clock: NodeJS.Timeout | undefined;
  /** The resident memory at each tenth of a second. */
  readonly #rss: number[] = [];
  readonly #rssClock = setInterval(() => this.#rss.push(rssMiB()), 100);
  #bulk: Promise<number> | undefined;

  constructor(watchesDelay: boolean) {
    if (!watchesDelay) return;
    this.#delay.enable();
    this.#recent.enable();
    this.#clock = setInterval(() => {
      this.#timeline.push(delayMs(this.#recent.max));
      this.#recent.reset();
    }, 100);
  }

  /** Begins copies and walks at fixed times, as many for a slow contender as for a fast one: their CPU time is compared, too. */
  addBulk(work: NonNullable<typeof bulk>, seconds: number): void {
    const start = performance.now();
    const pace = async (everyMs: number, what: () => Promise<unknown>) => {
      for (let due = 0; due < seconds * 1000; due += everyMs) {
        await wait(start + due - performance.now());
        await what();
      }
    };
    const all = [pace(copyEveryMs, () => work.copy()), pace(walkEveryMs, () => work.walk())];
    this.#bulk = Promise.all(all).then(() => performance.now() - start);
  }

  async end(): Promise<ServerFigures> {
    clearInterval(this.#clock);
    clearInterval(this.#rssClock);
    this.#delay.disable();
    this.#recent.disable();
    // The rest of it would count as time of the next contender.
    const bulkMs = await this.#bulk;
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      ...(bulkMs !== undefined && { bulkMs }),
      cpuMs: (user + system) / 1000,
      ...(this.#clock !== undefined && {
        delayP99Ms: delayMs(this.#delay.percentile(99)),
        delayMaxMs: delayMs(this.#delay.max),
      }),
      rssMiB: rssMiB(),
      rssGrowthMiB: growthOf(this.#rss),
      timeline: this.#timeline,
    };
  }
}

const rssMiB = (): number => process.memoryUsage.rss() / 2 ** 20;

/** The difference between the medians of the last and the second quarter. 0 for too few samples. */
function growthOf(samples: readonly number[]): number {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return 0;
  const medianOf = (part: number[]): number => part.sort((a, b) => a - b)[Math.floor(part.length / 2)]!;
  return medianOf(samples.slice(-quarter)) - medianOf(samples.slice(quarter, 2 * quarter));
}

// The histogram holds whole intervals: the resolution itself is no delay.
function delayMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - resolutionMs);
}
