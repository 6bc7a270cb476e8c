'use strict';
// @ts-check (plain JavaScript: it runs where tsx does not)
// Loaded before mocha in wine-suite.ts, so that a test that fails does not keep those after it from running: what it has
// left open cannot be deleted (wine has no deleting as POSIX does it), and what hooks then throw ends the whole suite.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const { rmSync, readdirSync } = fs;
const STAYS = new Set(['ENOTEMPTY', 'EBUSY', 'EPERM', 'EACCES']);

fs.rmSync = (path, options) => {
  try {
    rmSync(path, options);
  } catch (error) {
    if (!/uvfiles-\w+-\w{6}$/.test(String(path)) || !STAYS.has(Object(error).code)) throw error;
  }
};

// The descriptors listed there would be those of wine, which come and go.
Object.assign(fs, {
  /** @type {(path: fs.PathLike, options?: null) => unknown[]} */
  readdirSync: (path, options) => (path === '/proc/self/fd' ? [] : readdirSync(path, options)),
});

syncBuiltinESMExports();
