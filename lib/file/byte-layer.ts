// What a handle of bytes stands on: the unbuffered layer, or the buffered one above it.
import type { Call } from '../schedule/call.js';

/**
 * The stateful calls of a file of bytes. They are made one at a time, in the order of Sequence; the `try...` calls answer at
 * once or not at all, and are made only when nothing else runs. An operation that fails leaves in the layer what it has read.
 */
export interface ByteLayer {
  /** Unbuffered: one read. Buffered: `size` bytes, fewer at the end of the file. */
  read(size: number, call?: Call): Promise<Buffer>;
  tryRead(size: number): Buffer | undefined;
  /** At most one read of the file. */
  read1(size: number, call?: Call): Promise<Buffer>;
  readall(call?: Call): Promise<Buffer>;
  /** Fills `view` as `read` would, when it is done and not before. */
  readinto(view: Uint8Array, call?: Call): Promise<number>;
  /** A line with its end, or `limit` bytes of it; negative: no limit. */
  readline(limit: number, call?: Call): Promise<Buffer>;
  tryReadline(limit: number): Buffer | undefined;
  /** The next read gives these bytes again, which were the last that were read. */
  putBack(parts: readonly Buffer[]): void;
  /** All of `bytes`. They are not copied when `transferred`. */
  write(bytes: Uint8Array, transferred: boolean, call?: Call): Promise<number>;
  /** `length`: how many bytes there are, where somebody has asked their memory already. */
  tryWrite(bytes: Uint8Array, length?: number): boolean;
  seek(offset: number | bigint, whence: 0 | 1 | 2, call?: Call): Promise<number>;
  tell(call?: Call): Promise<number>;
  /** Undefined: to the position. */
  truncate(size: number | bigint | undefined, call?: Call): Promise<number>;
  flush(call?: Call): Promise<void>;
  sync(dataOnly: boolean, call?: Call): Promise<void>;
  /** Flushes and closes. The file is closed even after a failure. */
  close(): Promise<void>;
  /** Closes without publishing, where that is possible. */
  abort(reason: unknown): Promise<void>;
}
