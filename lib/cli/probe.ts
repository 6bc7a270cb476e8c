// What the doctor tries on a file system: real calls in a directory, which show what works there and what it costs.
import * as fs from 'node:fs';
import * as nodePath from 'node:path';
import * as uvfiles from '../index.js';

/** The results of the calls on the path. */
export interface Probe {
  path: string;
  /** The type and the mount point according to the system, such as `ext4` and `/`; undefined if it reports none. */
  type?: string;
  mountPoint?: string;
  /** Whether files can be created there. If not, only names are tried. */
  writable: boolean;
  /** How many cached reads and `stat` calls were made, and how many of each were answered without a thread. */
  reads?: { inline: number; of: number };
  names?: { inline: number; of: number };
  /** Whether the calls work: `yes`, or their error. */
  locks?: string;
  namelessFiles?: string;
  atomicReplace?: string;
  /** Nanoseconds that `datasync()` of 4 KiB took, the median of five. */
  syncNs?: number;
}

const CALLS = 64;

/** The type and mount point of what holds `path`, from the longest prefix in /proc/self/mountinfo. */
function mountOf(path: string): { type: string; mountPoint: string } | undefined {
  let text;
  try {
    text = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return undefined;
  }
  let found: { type: string; mountPoint: string } | undefined;
  for (const line of text.split('\n')) {
    const [before, behind] = line.split(' - ');
    const mountPoint = before!
      .split(' ')[4]
      ?.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
    if (mountPoint === undefined || behind === undefined) continue;
    const holds = path === mountPoint || path.startsWith(mountPoint === '/' ? '/' : `${mountPoint}/`);
    // Of two mounts at one mount point, the later one is visible.
    if (holds && mountPoint.length >= (found?.mountPoint.length ?? 0)) {
      found = { type: behind.split(' ')[0]!, mountPoint };
    }
  }
  return found;
}

async function outcome(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return 'yes';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code ?? message;
  }
}

/** How many of `CALLS` calls were answered inline. The first calls let the library learn how it can ask the kernel there. */
async function countInline(call: () => Promise<unknown>): Promise<{ inline: number; of: number }> {
  const hits = (): number => uvfiles.metrics().pool.inline.hits;
  let inline = 0;
  for (const end = Date.now() + 500; ;) {
    const before = hits();
    for (let i = 0; i < CALLS; i++) {
      await call();
      if (i % 8 === 7) await new Promise(setImmediate); // the next iteration has a new budget
    }
    inline = hits() - before;
    if (inline > 0 || Date.now() > end) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { inline, of: CALLS };
}

async function medianSync(folder: string): Promise<number> {
  await using file = await uvfiles.tempfile.temporaryFile({ dir: folder });
  const took: number[] = [];
  for (let i = 0; i < 5; i++) {
    await file.write(Buffer.alloc(4096, i));
    await file.flush();
    const begin = process.hrtime.bigint();
    await file.datasync();
    took.push(Number(process.hrtime.bigint() - begin));
  }
  return took.sort((a, b) => a - b)[2]!;
}

async function tryFolder(probe: Probe, folder: string): Promise<void> {
  const file = nodePath.join(folder, 'file');
  await uvfiles.writeFile(file, Buffer.alloc(64 * 1024, 1));
  {
    await using reader = await uvfiles.open(file, 'rb');
    await reader.readall();
    let at = 0;
    probe.reads = await countInline(() => reader.pread(4096, (at++ % 16) * 4096));
  }
  probe.names = await countInline(() => uvfiles.os.stat(file));
  probe.locks = await outcome(async () => (await uvfiles.lockFile(`${file}.lock`)).release());
  probe.namelessFiles = await outcome(async () => {
    await using _ = await uvfiles.tempfile.temporaryFile({ dir: folder });
  });
  probe.atomicReplace = await outcome(() => uvfiles.writeAtomic(file, 'new'));
  probe.syncNs = await medianSync(folder);
}

/**
 * Tries `path`, which exists. Files are made in a temporary directory below it (beside it if it is a file), which is removed.
 * @throws the error of a call that should have worked
 */
export async function probePath(path: string): Promise<Probe> {
  const real = fs.realpathSync(path);
  const isFolder = fs.statSync(real).isDirectory();
  const probe: Probe = { path: real, ...mountOf(real), writable: false };
  let folder;
  try {
    folder = await uvfiles.tempfile.temporaryDirectory({
      dir: isFolder ? real : nodePath.dirname(real),
      prefix: '.uvfiles-doctor-',
    });
  } catch {
    probe.names = await countInline(() => uvfiles.os.stat(real));
    return probe;
  }
  probe.writable = true;
  try {
    await tryFolder(probe, folder.name);
  } finally {
    await folder.close();
  }
  return probe;
}
