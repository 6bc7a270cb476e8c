// Makes the names in a directory durable.
import { promises } from 'node:fs';

import type { FilePath } from '../../filesystem/filesystem.js';

export async function syncDirectory(path: FilePath): Promise<void> {
  if (process.platform === 'win32') return; // directories cannot be opened there, and need not be synced
  const directory = await promises.open(typeof path === 'string' ? path : Buffer.from(path));
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
