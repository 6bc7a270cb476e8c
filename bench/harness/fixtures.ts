// The files that workloads read. They are created once per run, in one temporary directory, with content that shows its
// offset.
import { mkdirSync, mkdtempSync, openSync, writeSync, closeSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every 4 bytes of a patterned file contain their own index, scrambled, which reveals a read at a wrong position. `position`
 * must be a multiple of four.
 */
export function patternAt(position: number): number {
  return Math.imul(position / 4 + 1, 0x9e3779b1) >>> 0;
}

/** Throws unless the bytes are those of a patterned file at the position. Checks every word. */
export function checkPattern(bytes: Uint8Array, position: number, size: number): void {
  if (bytes.byteLength !== size) throw new Error(`${bytes.byteLength} bytes at ${position}, wanted ${size}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < size; offset += 4) {
    if (view.getUint32(offset, true) !== patternAt(position + offset)) {
      throw new Error(`wrong bytes at ${position + offset}`);
    }
  }
}

/** Files and directories of one benchmark run; `remove()` deletes them all. */
export class Fixtures {
  readonly directory: string;
  readonly #made = new Map<string, string>();
  #counter = 0;

  constructor(parent: string) {
    this.directory = mkdtempSync(join(parent, 'uvfiles-bench-'));
  }

  /** A unique path in the run's directory. */
  freshPath(name = 'file'): string {
    return join(this.directory, `${name}-${this.#counter++}`);
  }

  /** A patterned file of this many bytes. The path is the same for the same size. */
  patterned(bytes: number): string {
    return this.once(`patterned-${bytes}`, (path) => {
      writeBlocks(path, bytes, (block, position) => {
        const words = new Uint32Array(block.buffer, block.byteOffset, block.length / 4);
        for (let word = 0; word < words.length; word++) words[word] = patternAt(position + word * 4);
      });
    });
  }

  /** A text file of lines like `00000042 the quick ...`, 49 characters and a newline; resolves to path and count. */
  lines(count: number): { path: string; count: number } {
    const path = this.once(`lines-${count}`, (target) => {
      const fd = openSync(target, 'w');
      for (let first = 0; first < count; first += 20_000) {
        let text = '';
        for (let line = first; line < Math.min(first + 20_000, count); line++) text += lineAt(line);
        writeSync(fd, text);
      }
      closeSync(fd);
    });
    return { path, count };
  }

  /** A directory of small patterned files, 100 per subdirectory. Resolves to the paths of the files. */
  smallFiles(count: number, bytes: number): { top: string; paths: string[] } {
    const paths: string[] = [];
    this.once(`small-${count}x${bytes}`, (top) => makeSmallFiles(top, count, bytes));
    const top = join(this.directory, `small-${count}x${bytes}`);
    for (let index = 0; index < count; index++) paths.push(smallFilePath(top, index));
    return { top, paths };
  }

  /** The path of a directory with this many empty files. */
  flatDirectory(count: number): string {
    return this.once(`flat-${count}`, (top) => {
      mkdirSync(top);
      for (let index = 0; index < count; index++) writeFileSync(join(top, `entry-${index}`), '');
    });
  }

  /** Creates something at a path named by key the first time, and returns this path every time. */
  once(key: string, make: (path: string) => void): string {
    let path = this.#made.get(key);
    if (path === undefined) {
      path = join(this.directory, key);
      make(path);
      this.#made.set(key, path);
    }
    return path;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One line of the text fixture. */
function lineAt(index: number): string {
  return `${String(index).padStart(8, '0')} the quick brown fox jumps over the lazy\n`.padStart(50, ' ');
}

/** Writes a tree of `count` files of `bytes` bytes, 100 per subdirectory, at a path that does not exist yet. */
export function makeSmallFiles(top: string, count: number, bytes: number): void {
  const content = Buffer.alloc(bytes);
  for (let offset = 0; offset + 4 <= bytes; offset += 4) content.writeUInt32LE(patternAt(offset), offset);
  for (let index = 0; index < count; index++) {
    if (index % 100 === 0) mkdirSync(join(top, String(index / 100)), { recursive: true });
    writeFileSync(smallFilePath(top, index), content);
  }
}

function smallFilePath(top: string, index: number): string {
  return join(top, String(Math.floor(index / 100)), `file-${index}`);
}

function writeBlocks(path: string, bytes: number, fill: (block: Buffer, position: number) => void): void {
  const fd = openSync(path, 'w');
  const block = Buffer.alloc(Math.min(bytes, 1 << 20));
  for (let position = 0; position < bytes; position += block.length) {
    fill(block, position);
    writeSync(fd, block, 0, Math.min(block.length, bytes - position));
  }
  closeSync(fd);
}
