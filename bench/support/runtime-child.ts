// Reads in another runtime, in a process of its own: compiled to one file that Node, Bun and Deno run. It takes one line of JSON
// per request and answers with one: first what to do, then how many operations, again and again.
import { open, stat as statOfNode } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { drive, runOnce } from '../harness/drive.js';
import { checkPattern } from '../harness/fixtures.js';
import { cycle, slotBuffers } from '../harness/subjects.js';
import type { GivesBytes, PromiseSubject, Subject } from '../harness/types.js';

/** What the benchmark asks for: positions and slots for reads of one file; paths for whole files and stats. */
export interface RuntimeTask {
  readonly job: 'reads' | 'files' | 'stats';
  readonly path: string;
  readonly size: number;
  readonly slots: number;
  readonly positions: readonly number[];
  readonly paths: readonly string[];
}

interface Runtimes {
  readonly Bun?: {
    file(path: string): { bytes(): Promise<Uint8Array>; stat(): Promise<{ size: number }> };
  };
  readonly Deno?: {
    readFile(path: string): Promise<Uint8Array>;
    stat(path: string): Promise<{ size: number }>;
  };
}

const { Bun, Deno } = globalThis as Runtimes;

// Each runtime's own functions. Neither has a positional read of its own; both have Node's.
const readFile =
  Deno?.readFile.bind(Deno) ?? ((path: string): Promise<Uint8Array> => Bun!.file(path).bytes());
const stat = Deno?.stat.bind(Deno) ?? ((path: string) => Bun?.file(path).stat() ?? statOfNode(path));

const subjects: Record<RuntimeTask['job'], (task: RuntimeTask) => Promise<PromiseSubject>> = {
  async reads({ path, size, slots, positions }) {
    const handle = await open(path);
    const buffers = slotBuffers(slots, size);
    const at = cycle(Float64Array.from(positions));
    const subject: PromiseSubject & GivesBytes = {
      style: 'promise',
      run: (index, slot) => handle.read(buffers[slot]!, 0, size, at(index)),
      bytesOf: (_result, slot) => buffers[slot]!,
    };
    for (let index = 0; index < 16; index++) {
      await runOnce(subject, index, 0);
      checkPattern(subject.bytesOf(undefined, 0), positions[index]!, size);
    }
    return subject;
  },
  async files({ paths, size }) {
    for (const path of paths.slice(0, 16)) checkPattern(await readFile(path), 0, size);
    return { style: 'promise', run: (index) => readFile(paths[index % paths.length]!) };
  },
  async stats({ paths }) {
    const first = await stat(paths[0]!);
    if (!(first.size > 0)) throw new Error(`the size is ${first.size}`);
    return { style: 'promise', run: (index) => stat(paths[index % paths.length]!) };
  },
};

let subject: Subject | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answerTo(line))}\n`);
}

async function answerTo(line: string): Promise<object> {
  try {
    const request = JSON.parse(line) as RuntimeTask | { total: number; inFlight: number };
    if ('job' in request) {
      subject = await subjects[request.job](request);
      return {};
    }
    const { total, inFlight } = request;
    const cpu = process.cpuUsage();
    const driven = await drive(subject!, total, inFlight);
    const { user, system } = process.cpuUsage(cpu);
    // Only as many as the percentiles need.
    const latencies = driven.latencies.slice(0, 4096);
    return { ...driven, latencies, cpuUs: (user + system) / total };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
