// Records which operations a program requests from the file system.
import { invalidArgType } from '../errors/index.js';
import { interpose } from '../filesystem/mounts.js';
import { observe } from './observe.js';
import { type Between, type Operation } from './operation.js';

/** An operation that was requested, and the code of its error. */
export interface TracedOperation extends Operation {
  /** Why the operation failed; missing if it did not. */
  error?: string;
}

/**
 * Runs `callback` and records the operations that it requests from the file system. Operations on many files are recorded one
 * by one. Those on files that are already open are not recorded.
 * @returns the operations, in order
 * @throws what the callback throws
 * @cancelling takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example
 * const asked = await trace(() => save('/etc/app.json'));
 * expect(asked.map(({ op, path }) => `${op} ${path}`)).to.not.include('unlink /etc/app.json');
 */
export async function trace(callback: () => unknown): Promise<TracedOperation[]> {
  if (typeof callback !== 'function') throw invalidArgType('callback', 'of type function', callback);
  const operations: TracedOperation[] = [];
  const between: Between = async (operation, proceed) => {
    const traced: TracedOperation = { ...operation };
    operations.push(traced);
    try {
      return await proceed();
    } catch (error) {
      traced.error = (error as NodeJS.ErrnoException).code ?? (error as Error).name;
      throw error;
    }
  };
  await interpose(
    (base, prefix) => observe(base, prefix, between),
    async () => callback(),
  );
  return operations;
}
