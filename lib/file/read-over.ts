// Reads into transferred memory. The program cannot access this memory during the read, so the loop thread need not
// copy.
import { moveOver } from '../arguments/bytes.js';
import type { OpenFile } from '../filesystem/open-file.js';
import type { Call } from '../schedule/call.js';

/**
 * Returns the bytes that were read, on the memory of `view`, which is detached if it can be moved.
 * @param begin runs the read that it is given, immediately or later
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
