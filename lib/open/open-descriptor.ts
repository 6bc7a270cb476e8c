// Handles on descriptors that the library opened by itself (temporary files), named as their user shall see them.
import { currentBackend } from '../filesystem/current.js';
import { type AnyFile, buildHandle } from './build.js';
import { resolveHandle, type TextOpenOptions } from './options.js';

/** What `openDescriptor` needs besides the descriptor. */
export interface DescriptorOptions extends TextOpenOptions {
  mode: string;
  name: string | number | Uint8Array;
}

/**
 * Makes a handle on `fd`, which is closed with it (unless `closefd` is false), and also when this fails.
 * @throws as `open`
 */
export async function openDescriptor(fd: number, o: DescriptorOptions): Promise<AnyFile> {
  const resolved = resolveHandle(o.mode, o);
  // The signal was the creation's: the descriptor is ours to keep or close now.
  const file = await currentBackend().adopt(fd, resolved.mode.flags, o.closefd !== false);
  try {
    return buildHandle(file, o.name, resolved);
  } catch (error) {
    await file.close();
    throw error;
  }
}
