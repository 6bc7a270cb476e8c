// readFile, writeFile and appendFile: one operation in simple cases, else through an open file.
import { constants } from 'node:fs';

import { checkBoolean, checkOptions, isPieces } from './checks.js';
import { flagsOf, modeOf, pathOf, type PlainPath } from './arguments.js';
import { bytesOfText, memoryOf, type Signal } from './contents.js';
import { FileHandle } from './file-handle.js';
import { node } from './node.js';
import { openWhole, withHandle } from './open.js';
import { realFiles, storeOf } from '../filesystem/mounts.js';
import { throwIfAborted } from '../schedule/abort.js';
import type { GivenOptions } from '../schedule/options.js';

const { O_APPEND, O_CREAT, O_EXCL, O_TRUNC, O_WRONLY } = constants;
const APPENDING = O_WRONLY | O_CREAT | O_APPEND;
const REPLACING = O_WRONLY | O_CREAT | O_TRUNC;

/** The remaining options of an operation that has only an encoding. */
function textOrBytes(bytes: Promise<Buffer>, encoding: BufferEncoding | undefined): Promise<string | Buffer> {
  return encoding === undefined ? bytes : bytes.then((each) => each.toString(encoding));
}

export function readFile(call: GivenOptions, file: unknown, options: unknown): Promise<unknown> {
  try {
    const path = pathOf(file);
    if (path !== undefined) {
      if (options === undefined || options === null) return storeOf(path).readFile(path, call);
      if (typeof options === 'string' && Buffer.isEncoding(options))
        return textOrBytes(storeOf(path).readFile(path, call), options);
    }
    return readWithOptions(call, file, path, options);
  } catch (error) {
    return Promise.reject(error);
  }
}

async function readWithOptions(
  call: GivenOptions,
  file: unknown,
  path: PlainPath | undefined,
  options: unknown,
): Promise<unknown> {
  const { encoding, flag, signal, buffer } = checkOptions(options);
  if (file instanceof FileHandle) return file.readFile(options);
  const flags = flagsOf(flag || 'r');
  const intoOwn = memoryOf(buffer) !== undefined;
  if (path === undefined || flags === undefined || (intoOwn && storeOf(path) === realFiles))
    return node.readFile(file as never, options as never);
  throwIfAborted(signal as Signal);
  // 'buffer' is not an encoding of text. Its decoding reports this.
  const text = encoding ? (encoding as BufferEncoding) : undefined;
  if (flags === constants.O_RDONLY && signal === undefined && !intoOwn)
    return textOrBytes(storeOf(path).readFile(path, call), text);
  return withHandle(openWhole(path, flags, 0o666, call, signal), (handle) => handle.readFile(options));
}

/** `writeFile` and `appendFile`, which differ only in their default flag. */
export function write(
  call: GivenOptions,
  file: unknown,
  data: unknown,
  options: unknown,
  otherwise: 'w' | 'a',
): Promise<unknown> {
  try {
    const { encoding, flag, mode, signal, flush } = checkOptions(options);
    const name = flag || otherwise;
    if (flush !== undefined && flush !== null) checkBoolean(flush, 'options.flush');
    const text = (encoding || 'utf8') as BufferEncoding;
    const bytes = isPieces(data) ? undefined : bytesOfText(data, text);
    if (file instanceof FileHandle) return file.writeFile(data, options);
    const path = pathOf(file);
    const flags = flagsOf(name);
    const permissions = modeOf(mode, 0o666);
    const handOn = {
      ...(typeof options === 'string' ? { encoding: options } : (options as object)),
      flag: name,
    };
    if (path === undefined || flags === undefined || permissions === undefined)
      return node.writeFile(file as never, data as never, handOn as never);
    throwIfAborted(signal as Signal);
    const plain = flags & ~O_EXCL;
    const isWhole = bytes !== undefined && flush !== true && signal === undefined;
    if (isWhole && (plain === REPLACING || plain === APPENDING))
      return storeOf(path).writeFile(path, bytes, flags, permissions & 0o7777, call);
    return withHandle(openWhole(path, flags, permissions, call, signal), async (handle) => {
      await handle.writeFile(data, { encoding, signal });
      if (flush === true) await handle.sync();
    });
  } catch (error) {
    return Promise.reject(error);
  }
}
