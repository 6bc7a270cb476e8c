// Requests and responses, in a form that does not depend on the client.
import { type DeleteFailure, ObjectStoreError } from './object-store.js';

/** The header for bytes from `start` to before `end`. */
export function rangeOf(start: number | undefined, end: number | undefined): string | undefined {
  return start === undefined || end === undefined ? undefined : `bytes=${start}-${end - 1}`;
}

/** The range of a body, from its `content-range` and `content-length`. */
export function extentOf(
  range: string | undefined,
  length: number,
): { size: number; start: number; length: number } {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range ?? '');
  if (match === null) return { size: length, start: 0, length };
  const [first, last, size] = match.slice(1).map(Number) as [number, number, number];
  return { size, start: first, length: last - first + 1 };
}

/**
 * An ETag with its quotes, which some servers omit in some responses, and without the mark of a weak one, which proxies add. The server
 * does not know it.
 */
export function quoted(etag: string): string {
  const strong = etag.replace(/^W\//, '');
  return strong.startsWith('"') ? strong : `"${strong}"`;
}

/**
 * The token of the next page. Throws if there is one but no token: the server answers like an older version of listings, and
 * the rest would be missing.
 */
export function nextPage(truncated: boolean, token: string | undefined): string | undefined {
  if (truncated && token === undefined)
    throw new ObjectStoreError('EIO', 'the server does not support ListObjectsV2: a page has no token', {});
  return truncated ? token : undefined;
}

/** A key of a listing with `encoding-type=url`. A space may be a plus there; a plus is always encoded. */
export const decoded = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

/** The value of `x-amz-copy-source`. */
export function copySourceOf(bucket: string, key: string): string {
  return `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * Deletes objects: most in one request, and those alone whose keys XML cannot represent.
 * @returns the keys that could not be deleted
 */
export async function deleteEach(
  keys: readonly string[],
  one: (key: string) => Promise<unknown>,
  several: (keys: readonly string[]) => Promise<readonly DeleteFailure[]>,
): Promise<readonly DeleteFailure[]> {
  const isAlone = (key: string): boolean => keys.length === 1 || /[\0-\x1f\ufffe\uffff]/.test(key);
  const failures: DeleteFailure[] = [];
  for (const key of keys.filter(isAlone))
    await one(key).catch((error: unknown) => failures.push({ key, error: error as ObjectStoreError }));
  const together = keys.filter((key) => !isAlone(key));
  return together.length === 0 ? failures : [...failures, ...(await several(together))];
}

/** The status of an error within a response of status 200. */
export function statusOf(code: string): number {
  if (code === 'PreconditionFailed') return 412;
  if (code === 'AccessDenied') return 403;
  return code === 'SlowDown' ? 503 : 500;
}

/** The code of the socket's error: of the error itself, of its cause, or of the first of several attempts. */
export function socketCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errors, cause } = error as Error & { code?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string' && /^E[A-Z_]+$/.test(code)) return code;
  return errors?.map(socketCode).find((inner) => inner !== undefined) ?? socketCode(cause);
}
