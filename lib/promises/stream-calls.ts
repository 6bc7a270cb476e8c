// The functions that Node's streams call, instead of those of node:fs, for a FileHandle whose file has no descriptor.
import type { FileHandle } from './file-handle.js';

/** Stands for the descriptor, which Node checks and passes on. */
export const NO_DESCRIPTOR = 2 ** 31 - 1;

/** A callback of node:fs. */
export type Done = (error: unknown, ...results: unknown[]) => void;
type Bytes = Uint8Array;

/** The `fs` option of createReadStream and createWriteStream. */
interface StreamCalls {
  read(fd: number, buffer: Bytes, offset: number, length: number, position: unknown, done: Done): void;
  write(fd: number, data: Bytes, offset: number, length: number, position: unknown, done: Done): void;
  writev(fd: number, data: readonly Bytes[], position: unknown, done: Done): void;
  fsync(fd: number, done: Done): void;
  close(fd: number, done: Done): void;
  open(): never;
}

/** The calls of `handle` in the form of node:fs. `ended` is called before the stream closes the handle. */
export function callbacksOf(handle: FileHandle, ended: () => void): StreamCalls {
  return {
    read(_fd, buffer, offset, length, position, done) {
      tell(handle.read(buffer, offset, length, position), done, ({ bytesRead }) => [bytesRead, buffer]);
    },
    write(_fd, data, offset, length, position, done) {
      tell(handle.write(data, offset, length, position), done, ({ bytesWritten }) => [bytesWritten, data]);
    },
    writev(_fd, data, position, done) {
      tell(handle.writev(data, position), done, ({ bytesWritten }) => [bytesWritten, data]);
    },
    fsync(_fd, done) {
      tell(handle.sync(), done, () => []);
    },
    close(_fd, done) {
      ended();
      tell(handle.close(), done, () => []);
    },
    open() {
      throw new Error('the file is open already');
    },
  };
}

/** Calls `done` with the outcome of `asked`, but not within a promise reaction, which would catch errors of the callback. */
export function tell<T>(asked: Promise<T>, done: Done, results: (answer: T) => unknown[]): void {
  asked.then(
    (answer) => {
      process.nextTick(done, null, ...results(answer));
    },
    (error: unknown) => {
      process.nextTick(done, error);
    },
  );
}
