// Conditional requests (RFC 9110, 13): does the client already have the file, or does it expect another version?
import type { IncomingHttpHeaders } from 'node:http';

/** What identifies one version of a file. */
export interface Validators {
  /** With its quotes. */
  readonly etag: string;
  /** Whole seconds, as in the date of a header. */
  readonly modifiedMs: number;
}

/** The validators of a file. The ETag comes from its file system, or is made from its size and modification time. */
export function validatorsOf(stats: { size: number; mtimeMs: number; etag?: unknown }): Validators {
  const { size, mtimeMs, etag } = stats;
  const given = typeof etag === 'string' && etag !== '' ? etag : undefined;
  return {
    etag:
      given === undefined
        ? `"${size.toString(36)}-${Math.round(mtimeMs * 1000).toString(36)}"`
        : /^(W\/)?"/.test(given)
          ? given
          : `"${given}"`,
    modifiedMs: Math.floor(mtimeMs / 1000) * 1000,
  };
}

/** Those that a response with these header fields has: a client can only return what it was sent. */
export function validatorsSent(own: Validators, etag: unknown, lastModified: unknown): Validators {
  const modified = typeof lastModified === 'string' ? timeOf(lastModified) : undefined;
  return { etag: typeof etag === 'string' ? etag : own.etag, modifiedMs: modified ?? own.modifiedMs };
}

const TAG = /(?:W\/)?"[^"]*"/g;
const opaque = (tag: string): string => tag.replace(/^W\//, '');

function lists(field: string, etag: string, isStrong: boolean): boolean {
  if (field.trim() === '*') return true;
  return (field.match(TAG) ?? []).some((tag) =>
    isStrong ? tag === etag && !tag.startsWith('W/') : opaque(tag) === opaque(etag),
  );
}

const TIME = String.raw`(?<time>\d\d:\d\d:\d\d)`;
const MONTH = '(?<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
// The formats of RFC 9110, 5.6.7: today's, and two older ones, which servers have to accept. The last one is in GMT, too.
const DATES = [
  String.raw`\w{3}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} GMT`,
  String.raw`\w{6,9}, (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} GMT`,
  String.raw`\w{3} ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})`,
].map((format) => new RegExp(`^${format}$`, 'i'));

/** The time of a date in a header; undefined if it is invalid, in which case its field has to be ignored. */
function timeOf(field: string | undefined): number | undefined {
  if (field === undefined) return undefined;
  for (const format of DATES) {
    const groups = format.exec(field)?.groups;
    if (groups === undefined) continue;
    const { day, month, year, time } = groups as Record<'day' | 'month' | 'year' | 'time', string>;
    const parsed = Date.parse(`${day} ${month} ${wholeYear(year)} ${time} GMT`);
    return Number.isNaN(parsed) ? undefined : parsed;
  }
  return undefined;
}

// Two digits are the latest such year that is at most 50 years from now.
function wholeYear(year: string): number {
  if (year.length === 4) return Number(year);
  const latest = new Date().getUTCFullYear() + 50;
  return latest - ((latest - Number(year)) % 100);
}

/** The status that the request's conditions lead to: 304, 412 or 200. */
export function precondition(
  headers: IncomingHttpHeaders,
  { etag, modifiedMs }: Validators,
): 200 | 304 | 412 {
  const match = headers['if-match'];
  const unmodified = timeOf(headers['if-unmodified-since']);
  if (match !== undefined) {
    if (!lists(match, etag, true)) return 412;
  } else if (unmodified !== undefined && modifiedMs > unmodified) {
    return 412;
  }
  // `Cache-Control` of a request is for caches. A client that has to get the file itself sends no condition.
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) return lists(noneMatch, etag, false) ? 304 : 200;
  const since = timeOf(headers['if-modified-since']);
  return since !== undefined && modifiedMs <= since ? 304 : 200;
}

/** Whether a range may be sent, because the client's part is of this version. */
export function isRangeFresh(headers: IncomingHttpHeaders, { etag, modifiedMs }: Validators): boolean {
  const field = headers['if-range'];
  if (typeof field !== 'string') return true;
  if (field.includes('"')) return lists(field, etag, true) && field.trim() !== '*';
  return timeOf(field) === modifiedMs;
}
