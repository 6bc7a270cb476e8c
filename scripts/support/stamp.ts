// Decides whether a result is still that of its inputs, by content, because times are wrong after a checkout.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot, root } from './root.mjs';

function* filesOf(name: string, folder: string): Generator<string> {
  const found = statSync(path.join(folder, name), { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isDirectory()) yield name;
  else
    for (const entry of readdirSync(path.join(folder, name)).sort())
      yield* filesOf(path.posix.join(name, entry), folder);
}

/** Hash of the named files and folders in `folder`, and of `facts`, any text that also matters. */
export function fingerprint(names: readonly string[], facts = '', folder = root): string {
  const hash = createHash('sha256').update(facts);
  for (const name of names) {
    for (const file of filesOf(name, folder))
      hash.update(`\0${file}\0`).update(readFileSync(path.join(folder, file)));
  }
  return hash.digest('hex');
}

/** The stamp that was written beside a result, or '' where there is none. */
export function readStamp(file: string): string {
  try {
    return readFileSync(inRoot(file), 'utf8');
  } catch {
    return '';
  }
}

export function writeStamp(file: string, stamp: string): void {
  mkdirSync(path.dirname(inRoot(file)), { recursive: true });
  writeFileSync(inRoot(file), stamp);
}
