// Requests that serveFile answers as `send` does: for the files of its test, changed at `MODIFIED`.

/** Path, header fields, method (GET). */
export type Request = [path: string, headers?: Record<string, string>, method?: string];

/** Seconds since the epoch. */
export const MODIFIED = 1_700_000_000;

const date = new Date(MODIFIED * 1000).toUTCString();
const before = new Date(1_600_000_000_000).toUTCString();
export const REQUESTS: readonly Request[] = [
  ['/page.html'],
  ['/page.html', {}, 'HEAD'],
  ['/link.html'],
  ['/empty.txt'],
  ['/data.json'],
  ['/plain'],
  ['/name%20with%20space.css'],
  ['/large.bin'],
  ['/missing.html'],
  ['/page.html/'],
  ['/page.html/below'],
  ['/.secret'],
  ['/.git/config'],
  ['/%2e%2e/etc/passwd'],
  ['/../etc/passwd'],
  ['/dir/../page.html'],
  ['/page.html%00'],
  [`/${'x'.repeat(300)}`],
  ['/page.html', { range: 'bytes=0-4' }],
  ['/page.html', { range: 'bytes=4-' }],
  ['/page.html', { range: 'bytes=-4' }],
  ['/page.html', { range: 'bytes=0-99999' }],
  ['/page.html', { range: 'bytes=18-18' }],
  ['/page.html', { range: 'bytes=19-' }],
  ['/page.html', { range: 'bytes=500-600' }],
  ['/empty.txt', { range: 'bytes=0-' }],
  ['/page.html', { range: 'items=0-1' }],
  ['/page.html', { range: 'bytes=x' }],
  ['/large.bin', { range: 'bytes=100000-2900000' }],
  ['/page.html', { 'if-modified-since': date }],
  ['/page.html', { 'if-modified-since': before }],
  ['/page.html', { 'if-modified-since': 'nonsense' }],
  ['/page.html', { 'if-unmodified-since': date }],
  ['/page.html', { 'if-unmodified-since': before }],
  ['/page.html', { 'if-none-match': '*' }],
  ['/page.html', { 'if-none-match': '"other"' }],
  ['/page.html', { 'if-none-match': '"other"', 'if-modified-since': date }],
  ['/page.html', { 'if-none-match': '*', 'cache-control': 'no-cache' }],
  ['/page.html', { 'if-match': '*' }],
  ['/page.html', { 'if-match': '"other"' }],
  ['/page.html', { 'if-range': date, range: 'bytes=0-4' }],
  ['/page.html', { 'if-range': before, range: 'bytes=0-4' }],
  ['/page.html', { 'if-range': '"other"', range: 'bytes=0-4' }],
];
