// The tests of send that serveFile does not pass, with the reasons. docs/instead-of.md has the same table.

/** The reason why the test with this title cannot pass; undefined where there is none. */
export function reasonOf(title: string): string | undefined {
  const plain = title.replace(/^send\(file(?:, options\)|\)\.pipe\(res\)) /, '');
  return Object.entries(DIFFERENCES).find(([, titles]) => titles.some((each) => plain.startsWith(each)))?.[0];
}

const DIFFERENCES: Readonly<Record<string, readonly string[]>> = {
  'Dot files are 404 below a root and allowed without one; there is no option `dotfiles`': ['dotfiles'],
  'There are no index files: the caller appends `index.html`': [
    '"headers" event should fire on index',
    'index',
    'root when given should try as file with empty path',
  ],
  'Directories are 404, not redirected': [
    '"headers" event should not fire on redirect',
    'when no "directory" listeners',
    'root when given should work with empty path',
  ],
  'There is no `Cache-Control` unless `headers` has one: no options `maxAge` and `immutable`': [
    'immutable',
    'maxAge',
  ],
  'There are no events: the response is answered, and `headers` and the promise tell the rest': [
    'should emit ENOENT',
    '"headers" event',
    'when "directory" listeners are present',
    'with Range request when the first- byte-pos of the range is greater length should emit',
  ],
  'There are no options `start` and `end`': ['when "options" is specified'],
  'There is no option `extensions`': ['extensions'],
  'Responses with an error are plain text, and keep the fields that the response has': [
    'when no "error" listeners are present',
  ],
  'There are no options `acceptRanges`, `etag` and `lastModified`': ['acceptRanges', 'etag', 'lastModified'],
  'The test replaces `fs.stat` or `fs.createReadStream`, which are not called': [
    'should 404 if file disappears',
    'should 500 on file stream error',
  ],
  'The ETag is strong: `If-Range` and `If-Match` need that': ['should add an ETag header field'],
  'Several ranges are answered as `multipart/byteranges`, not with the whole file': [
    'with Range request when multiple ranges should respond with 200',
  ],
  "Without a root the path is the program's own, and `..` in it is allowed": [
    'root when missing should consider .. malicious',
  ],
  'The error has another message': ['should handle headers already sent error'],
};
