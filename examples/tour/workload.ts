// The files of the tour: a log and a tree of small files, created in a temporary directory through uvfiles.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, writeFile } from 'uvfiles';
import type { Work } from './measure.ts';

const levels = ['INFO ', 'DEBUG', 'WARN ', 'ERROR'];
const blockLines = 20_000;

/** A directory that is removed when the process ends, even if it is interrupted. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'uvfiles-tour-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.once(signal, () => process.exit(128 + number));
  }
  return directory;
}

type Say = (text: string) => void;

/** Writes a log of about this many bytes. Resolves to its path, size and number of lines. */
export async function makeLog(directory: string, bytes: number, say: Say): Promise<Work['log']> {
  const path = join(directory, 'server.log');
  const file = await open(path, 'wb');
  let size = 0;
  let lines = 0;
  try {
    while (size < bytes) {
      const block = logBlock(lines);
      size += await file.write(block);
      lines += blockLines;
      say(`a log of ${(size / 1e6).toFixed(0)} MB`);
    }
  } finally {
    await file.close();
  }
  return { path, size, lines };
}

/** Writes this many files of one to eight kilobytes, a hundred per directory. Resolves to their paths. */
export async function makeTree(directory: string, count: number, say: Say): Promise<string[]> {
  const paths: string[] = [];
  for (let index = 0; index < count; index++) {
    const folder = join(directory, 'tree', String(Math.floor(index / 100)));
    if (index % 100 === 0) mkdirSync(folder, { recursive: true });
    paths.push(join(folder, `${index}.json`));
  }
  let next = 0;
  const oneWriter = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      await writeFile(paths[index]!, Buffer.alloc(1024 * (1 + (index % 8)), `{"file":${index}}`));
      if (index % 500 === 0) say(`${index} of ${count} small files`);
    }
  };
  await Promise.all(Array.from({ length: 32 }, oneWriter));
  return paths;
}

function logBlock(first: number): Buffer {
  let text = '';
  for (let line = first; line < first + blockLines; line++) {
    const level = levels[((line * 7) % 11) & 3];
    text += `2026-01-01T00:00:00.${String(line).padStart(9, '0')}Z ${level ?? ''} request ${line} took ${line % 977} ms\n`;
  }
  return Buffer.from(text);
}
