// Opens a handle for one job and closes it afterwards.
import type { FileHandle } from './file-handle.js';

/** Both errors in one, as Node does: of the job, and of the close after it. */
function bothOf(job: Error, closing: Error): Error {
  const both = new AggregateError([job, closing], job.message) as AggregateError & { code?: unknown };
  both.code = (job as { code?: unknown }).code;
  return both;
}

/** Does `job` with the handle, and closes it whatever becomes of it. */
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
