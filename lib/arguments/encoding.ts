// The `encoding` option of calls that return names: strings, or Buffers for names that are not UTF-8.
import { invalidArgValue } from '../errors/index.js';
import { optionReader } from './options.js';

/** How names are returned: `'utf8'` for strings, `'buffer'` for bytes. */
export interface EncodingOptions {
  /** Names as strings, or as Buffers, which keep names that are not UTF-8. */
  encoding?: 'utf8' | 'utf-8' | 'buffer' | null | undefined;
}

/** True for bytes. Throws TypeError ERR_INVALID_ARG_VALUE for anything but the three. */
export function wantsBytes(encoding: unknown): boolean {
  if (encoding === 'buffer') return true;
  if (encoding === undefined || encoding === null || encoding === 'utf8' || encoding === 'utf-8')
    return false;
  throw invalidArgValue('options.encoding', encoding, "must be 'utf8' or 'buffer'");
}

/** Reads options of which `encoding` is one: true for bytes. */
export const readEncodingOptions = optionReader({ encoding: wantsBytes });

/** `bytes` as the option asks. */
export function asName(bytes: Buffer, asBytes: boolean): string | Buffer {
  return asBytes ? bytes : bytes.toString();
}
