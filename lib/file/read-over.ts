// Reads into transferred memory: the program cannot reach it meanwhile, so no copy on the loop thread is needed.
import { moveOver } from '../arguments/bytes.js';
import type { OpenFile } from '../filesystem/open-file.js';
import type { Call } from '../schedule/call.js';

/**
 * What was read, on the memory of `view`, which is detached if it can be moved.
 * @param begin is given the read to begin, now or when it may
 */
export async function readOver(
  file: OpenFile,
  view: Uint8Array,
  position: number | bigint,
  fully: boolean,
  call: Call | undefined,
  begin: (read: () => Promise<number>) => Promise<number>,
): Promise<Buffer> {
  const moved = moveOver(view, call);
  const memory = moved ?? view;
  const count = await begin(() =>
    moved !== undefined && file.preadOver !== undefined
      ? file.preadOver(memory, position, call, fully)
      : file.preadinto(memory, position, call, fully),
  );
  return Buffer.from(memory.buffer as ArrayBuffer, memory.byteOffset, count);
}
