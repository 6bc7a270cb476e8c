// Opens a handle for one job and closes it afterwards.
import type { FileHandle } from './file-handle.js';

/** Combines the errors of the job and of the close after it, as in Node. */
function bothOf(job: Error, closing: Error): Error {
  const both = new AggregateError([job, closing], job.message) as AggregateError & { code?: unknown };
  both.code = (job as { code?: unknown }).code;
  return both;
}

/** Calls `job` with the handle, and closes it regardless of the outcome. */
export async function withHandle<T>(
  opening: Promise<FileHandle>,
  job: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const handle = await opening;
  let result: T;
  try {
    result = await job(handle);
  } catch (error) {
    try {
      await handle.close();
    } catch (closing) {
      throw bothOf(error as Error, closing as Error);
    }
    throw error;
  }
  await handle.close();
  return result;
}
