// Lists of names as tasks pack them: each ends with a NUL.

/** The names from `at` to the end as strings. One decode and one split are many times faster than one per name. */
export function splitNames(bytes: Buffer, at: number): string[] {
  if (at >= bytes.length) return [];
  return bytes.toString('utf8', at, bytes.length - 1).split('\0');
}

const REPLACEMENT = '\ufffd';

/** The same, with bytes for the names that are not UTF-8. */
export function splitUnknown(bytes: Buffer, at: number): (string | Uint8Array)[] {
  if (at >= bytes.length) return [];
  const text = bytes.toString('utf8', at, bytes.length - 1);
  const names = text.split('\0');
  if (!text.includes(REPLACEMENT)) return names;
  const raw = splitBuffers(bytes, at);
  return names.map((name, i) => (Buffer.from(name).equals(raw[i]!) ? name : Buffer.from(raw[i]!)));
}

/** The same as strings of one character per byte, which loses nothing. */
export function splitLatin1(bytes: Buffer, at: number): string[] {
  if (at >= bytes.length) return [];
  return bytes.toString('latin1', at, bytes.length - 1).split('\0');
}

/** The same as bytes. */
export function splitBuffers(bytes: Buffer, at: number): Buffer[] {
  const names: Buffer[] = [];
  while (at < bytes.length) {
    const end = bytes.indexOf(0, at);
    names.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return names;
}

/** Paths joined by NUL, as tasks take lists of them. */
export function joinPaths(paths: readonly (string | Uint8Array)[]): string | Uint8Array {
  if (paths.every((path) => typeof path === 'string')) return paths.join('\0');
  const parts: Uint8Array[] = [];
  for (const path of paths) {
    if (parts.length > 0) parts.push(SEPARATOR);
    parts.push(typeof path === 'string' ? Buffer.from(path) : path);
  }
  return Buffer.concat(parts);
}

const SEPARATOR = new Uint8Array(1);
