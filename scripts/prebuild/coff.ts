// Reads the names in a Windows object file (COFF) for any processor: binutils supports only some processors.
import { readFileSync } from 'node:fs';

const SYMBOL_SIZE = 18;
const EXTERNAL = 2;

/** The global names that the object file defines, and those that it takes from elsewhere. */
export function coffSymbols(file: string): { defined: string[]; wanted: string[] } {
  const bytes = readFileSync(file);
  const symbols = bytes.readUInt32LE(8);
  const count = bytes.readUInt32LE(12);
  const strings = symbols + count * SYMBOL_SIZE;
  const textAt = (from: number, to: number) => bytes.toString('latin1', from, to).split('\0', 1)[0]!;
  const defined: string[] = [];
  const wanted: string[] = [];
  for (let index = 0; index < count; index++) {
    const at = symbols + index * SYMBOL_SIZE;
    const inTable = bytes.readUInt32LE(at) === 0;
    const long = strings + bytes.readUInt32LE(at + 4);
    const name = inTable ? textAt(long, bytes.indexOf(0, long)) : textAt(at, at + 8);
    const [value, section] = [bytes.readUInt32LE(at + 8), bytes.readInt16LE(at + 12)];
    if (bytes[at + 16] === EXTERNAL) (section === 0 && value === 0 ? wanted : defined).push(name);
    index += bytes[at + 17]!; // auxiliary records of this symbol
  }
  return { defined, wanted };
}
