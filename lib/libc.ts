// Which C library this program uses, read from the program's header. A musl Bun and a glibc Node may run on one machine, so
// the system's files do not answer this. It starts no other program, and reads only that one file. If the file cannot be read,
// the loader tries both.
import { closeSync, openSync, readSync } from 'node:fs';

const PROGRAM_HEADER_SIZE = 56;
const PT_INTERP = 3;

function readAt(fd: number, position: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  return bytes.subarray(0, readSync(fd, bytes, 0, size, position));
}

/** The dynamic loader that a 64-bit little-endian ELF program asks for: `/lib/ld-musl-x86_64.so.1`. */
function interpreterOf(file: string): string | undefined {
  const fd = openSync(file, 'r');
  try {
    const header = readAt(fd, 0, 64);
    if (header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return undefined;
    const count = header.readUInt16LE(56);
    const table = readAt(fd, Number(header.readBigUInt64LE(32)), count * PROGRAM_HEADER_SIZE);
    for (let at = 0; at + PROGRAM_HEADER_SIZE <= table.length; at += PROGRAM_HEADER_SIZE) {
      if (table.readUInt32LE(at) !== PT_INTERP) continue;
      const name = readAt(fd, Number(table.readBigUInt64LE(at + 8)), Number(table.readBigUInt64LE(at + 32)));
      return name.toString('latin1').replace(/\0.*$/s, '');
    }
    return undefined;
  } finally {
    closeSync(fd);
  }
}

export type Libc = 'glibc' | 'musl';

/** The C library of `program`, or undefined if it is unknown. */
export function libcOf(program: string): Libc | undefined {
  try {
    const interpreter = interpreterOf(program);
    if (interpreter === undefined) return undefined;
    return interpreter.includes('/ld-musl-') ? 'musl' : 'glibc';
  } catch {
    return undefined; // reads are denied (--permission), or the program has been replaced under us
  }
}
