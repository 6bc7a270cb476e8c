// Every function compared with Node's own: results, errors, and the files afterwards, on real files and in memory.
import { expect } from 'chai';
import nodeFs from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';

import fs from 'uvfiles/promises';
import { memoryFiles } from 'uvfiles/testing';

import { type Call, calls } from './support/calls.js';
import { handleCalls } from './support/handle-calls.js';
import { moreCalls } from './support/more-calls.js';
import { treeCalls } from './support/tree-calls.js';

type Functions = typeof nodeFs;

/** A small tree to work on. */
async function plant(functions: Functions, top: string): Promise<void> {
  const at = (name: string): string => path.join(top, name);
  await functions.mkdir(at('dir/sub'), { recursive: true });
  await functions.writeFile(at('file'), 'line one\nline two\nünï\n');
  await functions.writeFile(at('empty'), '');
  await functions.writeFile(at('dir/b'), 'b');
  await functions.writeFile(at('dir/a'), 'a', { mode: 0o640 });
  await functions.writeFile(at('dir/sub/c'), 'c', { mode: 0o755 });
  await functions.symlink('file', at('link'));
  await functions.symlink('nowhere', at('broken'));
  await functions.symlink('../dir', at('dir/sub/up'));
}

/** The content of the tree for comparison: names, modes, contents. */
async function snapshot(functions: Functions, top: string): Promise<unknown> {
  const found: string[][] = [];
  for (const entry of await functions.readdir(top, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const { mode } = await functions.lstat(file);
    const content = entry.isSymbolicLink()
      ? plain(await functions.readlink(file), top)
      : entry.isFile()
        ? await functions.readFile(file, 'latin1')
        : '';
    found.push([path.relative(top, file).replace(/made-.*/, 'made-'), mode.toString(8), content]);
  }
  return found.sort();
}

/** A value or an error without the parts that must differ: the directory, times, numbers of the file system. */
function plain(value: unknown, top: string): string {
  const text =
    typeof value === 'string'
      ? value
      : inspect(value, { depth: 4, breakLength: Infinity, maxArrayLength: 500 });
  return text
    .replaceAll(top, 'TOP')
    .replace(/(made-)[\w-]{6,}/g, '$1')
    .replace(/,?\s*\S*time(Ms|Ns)?\)?: [^,\n]*/gi, '')
    .replace(/\b(dev|ino|nlink|blocks|blksize|type|bsize|bfree|bavail|ffree|files): \d+n?/g, '');
}

interface Outcome {
  readonly answer: string;
  readonly after: unknown;
}

async function outcome(functions: Functions, top: string, call: Call): Promise<Outcome> {
  await plant(functions, top);
  let answer: string;
  try {
    answer = plain(await call(functions, (name) => path.join(top, name)), top);
  } catch (error) {
    const { name, message, code, syscall, errno, path: file, dest, info } = error as Record<string, unknown>;
    const known = Object.entries(info ?? {}).map(([key, value]) => [
      key,
      value.constructor.name,
      String(value),
    ]);
    answer = plain({ name, message, code, syscall, errno, file, dest, info: known.sort() }, top);
  }
  return { answer, after: await snapshot(functions, top) };
}

async function onDisk(functions: Functions, call: Call): Promise<Outcome> {
  const top = mkdtempSync(path.join(tmpdir(), 'uvfiles-promises-'));
  try {
    return await outcome(functions, top, call);
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

async function inMemory(functions: Functions, call: Call): Promise<Outcome> {
  const top = '/uvfiles-promises-memory';
  const files = memoryFiles({}, { at: top });
  try {
    return await outcome(functions, top, call);
  } finally {
    files[Symbol.dispose]();
  }
}

const places = { 'real files': onDisk, memory: inMemory };

// A file system in memory answers statfs and opendir with objects of its own, has no watch, and its handles have no descriptor.
// Values that a version mistakes for a mode or a type are excluded.
const NOT_IN_MEMORY =
  /open\(at\("dir"\)\)|statfs\(at\("file"\)|\bh\.(?:chmod|chown|utimes)\(|\bdir\.constructor|await dir\.read\(\)|\.watch\(|lchmod|1\.5\)|at\("new"\),5\)/;

for (const [place, run] of Object.entries(places))
  describe(`promises on ${place} beside node:fs/promises`, () => {
    for (const [name, list] of Object.entries({ ...calls, ...handleCalls, ...moreCalls, ...treeCalls }))
      list.forEach((call, i) => {
        const text = call.toString().replace(/^.*?=> ?/s, '');
        if (place === 'memory' && NOT_IN_MEMORY.test(text)) return;
        it(`${name} does what Node does: ${text.replace(/\s+/g, ' ').slice(0, 90)} (${i + 1})`, async () => {
          expect(await run(fs, call)).to.deep.equal(await onDisk(nodeFs, call));
        });
      });
  });
