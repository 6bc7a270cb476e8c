// The layer below a handle of bytes: the unbuffered one, or the buffered one above that.
import type { Call } from '../schedule/call.js';

/**
 * The stateful calls of a file of bytes. Sequence makes them one at a time. The `try...` calls return a result
 * immediately or not at all, and are made only while nothing else runs. An operation that fails leaves the bytes that
 * it has read in the layer.
 */
export interface ByteLayer {
  /** Unbuffered: one read. Buffered: `size` bytes, fewer at the end of the file. */
  read(size: number, call?: Call): Promise<Buffer>;
  tryRead(size: number): Buffer | undefined;
  /** At most one read of the file. */
  read1(size: number, call?: Call): Promise<Buffer>;
  readall(call?: Call): Promise<Buffer>;
  /** Fills `view` with what `read` would return, all at once at the end. */
  readinto(view: Uint8Array, call?: Call): Promise<number>;
  /** A line with its line ending, or at most `limit` bytes of it. A negative `limit` means no limit. */
  readline(limit: number, call?: Call): Promise<Buffer>;
  tryReadline(limit: number): Buffer | undefined;
  /** Makes the next read return these bytes again, which were the last ones read. */
  putBack(parts: readonly Buffer[]): void;
  /** Writes all of `bytes`. They are not copied if they were transferred. */
  write(bytes: Uint8Array, transferred: boolean, call?: Call): Promise<number>;
  /** `length`: the number of bytes, if the caller has already determined it. */
  tryWrite(bytes: Uint8Array, length?: number): boolean;
  seek(offset: number | bigint, whence: 0 | 1 | 2, call?: Call): Promise<number>;
  tell(call?: Call): Promise<number>;
  /** Undefined means the position. */
  truncate(size: number | bigint | undefined, call?: Call): Promise<number>;
  flush(call?: Call): Promise<void>;
  sync(dataOnly: boolean, call?: Call): Promise<void>;
  /** Flushes and closes. The file is closed even after a failure. */
  close(): Promise<void>;
  /** Closes without publishing, if the file system can. */
  abort(reason: unknown): Promise<void>;
}
