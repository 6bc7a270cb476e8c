// What `uvfiles bench` measures: the same work through uvfiles and through fs.promises, in one folder.
import * as fs from 'node:fs/promises';
import * as nodePath from 'node:path';
import * as uvfiles from '../index.js';

/** One kind of work. `ours` and `theirs` do it once, with the number of the call, and check what they got. */
export interface Workload {
  name: string;
  inFlight: number;
  ours: (call: number) => Promise<unknown>;
  theirs: (call: number) => Promise<unknown>;
}

interface Setting {
  workloads: Workload[];
  close: () => Promise<void>;
}

const FILES = 200;
const SIZE = 4096;
const LARGE = 16 * 1024 * 1024;

function check(got: number): void {
  if (got !== SIZE) throw new Error(`a call returned ${got} bytes, not ${SIZE}`);
}

/** Makes the files in `folder`, and opens what the workloads share. */
export async function prepare(folder: string): Promise<Setting> {
  const at = (name: string | number): string => nodePath.join(folder, String(name));
  const large = at('large');
  await fs.writeFile(large, Buffer.alloc(LARGE, 1));
  for (let i = 0; i < FILES; i++) await fs.writeFile(at(i), Buffer.alloc(SIZE, i));
  const ours = await uvfiles.open(large, 'rb');
  const theirs = await fs.open(large);
  const data = Buffer.alloc(SIZE, 7);
  // Positions in the file, of which no two in a row are on the same page.
  const position = (call: number): number => ((call * 977) % (LARGE / SIZE)) * SIZE;
  const read: Omit<Workload, 'name' | 'inFlight'> = {
    ours: async (call) => check((await ours.pread(SIZE, position(call))).length),
    theirs: async (call) =>
      check((await theirs.read(Buffer.allocUnsafe(SIZE), 0, SIZE, position(call))).bytesRead),
  };
  const whole: Omit<Workload, 'name' | 'inFlight'> = {
    ours: async (call) => check((await uvfiles.readBytes(at(call % FILES))).length),
    theirs: async (call) => check((await fs.readFile(at(call % FILES))).length),
  };
  const stat: Omit<Workload, 'name' | 'inFlight'> = {
    ours: async (call) => check((await uvfiles.os.stat(at(call % FILES))).size),
    theirs: async (call) => check((await fs.stat(at(call % FILES))).size),
  };
  return {
    workloads: [
      { name: 'read 4 KiB', inFlight: 1, ...read },
      { name: 'read 4 KiB', inFlight: 64, ...read },
      { name: 'read a 4 KiB file', inFlight: 1, ...whole },
      { name: 'read a 4 KiB file', inFlight: 64, ...whole },
      { name: 'stat', inFlight: 1, ...stat },
      { name: 'stat', inFlight: 64, ...stat },
      {
        name: 'write a 4 KiB file',
        inFlight: 16,
        ours: (call) => uvfiles.writeFile(at(`new-${call % FILES}`), data),
        theirs: (call) => fs.writeFile(at(`new-${call % FILES}`), data),
      },
      {
        name: 'replace a file by rename',
        inFlight: 4,
        ours: (call) => uvfiles.writeAtomic(at(`a-${call % 4}`), data, { durable: false }),
        theirs: async (call) => {
          await fs.writeFile(at(`t-${call}`), data, { flag: 'wx' });
          await fs.rename(at(`t-${call}`), at(`b-${call % 4}`));
        },
      },
    ],
    close: async () => {
      await ours.close();
      await theirs.close();
    },
  };
}
