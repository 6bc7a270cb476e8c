// Tests of something other than visible behaviour, with the reason for each. The runner lists them separately.

const PRIVATE_CLASS =
  "replaces the getter `fd` of Node's private class, which readFile and writeFile here do not use";

/** By name of the test. */
export const INTERNALS: ReadonlyMap<string, string> = new Map([
  ['test-fs-promises-file-handle-aggregate-errors.js', PRIVATE_CLASS],
  ['test-fs-promises-file-handle-close-errors.js', PRIVATE_CLASS],
  ['test-fs-promises-file-handle-op-errors.js', PRIVATE_CLASS],
  [
    'test-fs-promises-readfile.js',
    "replaces `fstat` of Node's private binding and counts its calls; everything before that passes",
  ],
]);
