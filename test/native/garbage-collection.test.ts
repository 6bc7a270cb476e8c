// The cost of large results for the garbage collector: a scavenge frees dropped results without a collection of the old
// generation.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Folder } from '../support/files.js';

const library = createRequire(import.meta.url).resolve('uvfiles');

// Counts minor and major collections in a program. It runs in a separate process, because V8 collects a heap as large as that of
// the tests less often.
function collections(doing: string, ...flags: string[]): { minor: number; major: number } {
  const program = `
    const { PerformanceObserver, constants } = require('node:perf_hooks');
    const { open, readBytes } = require(${JSON.stringify(library)});
    const counts = {};
    const count = (list) => {
      for (const { detail } of list) counts[detail.kind] = (counts[detail.kind] ?? 0) + 1;
    };
    const observer = new PerformanceObserver((list) => count(list.getEntries()));
    observer.observe({ entryTypes: ['gc'] });
    (async () => {
      ${doing}
      await new Promise((resolve) => setImmediate(resolve));
      count(observer.takeRecords());
      const { NODE_PERFORMANCE_GC_MINOR: minor, NODE_PERFORMANCE_GC_MAJOR: major } = constants;
      console.log(JSON.stringify({ minor: counts[minor] ?? 0, major: counts[major] ?? 0 }));
    })();`;
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', program], {
    encoding: 'utf8',
    env,
  });
  expect(stdout, stderr).to.match(/^\{"minor":\d+,"major":\d+\}\n$/);
  return JSON.parse(stdout) as { minor: number; major: number };
}

describe('large results', () => {
  const folder = new Folder();
  let file: string;

  before(() => {
    file = JSON.stringify(folder.put('large', Buffer.alloc(2 ** 20, 'x')));
  });

  it('that are dropped are freed by scavenges instead of full collections', () => {
    const { minor, major } = collections(`for (let i = 0; i < 600; i++) await readBytes(${file});`);
    // 120 and 0 with Node 20 and 26; 1 and 9 if only external memory makes V8 collect.
    expect(minor).to.be.above(major);
  }).timeout(240_000);

  for (const [what, read] of [
    ['reads', 'for (let at = 0; at < 2 ** 20; at += 2 ** 18) await f.pread(2 ** 18, at)'],
    ['chunks of a stream', 'for await (const _ of f.readableStream({ start: 0 }))'],
  ])
    it(`of ${what} are freed sooner than V8 collects because of external memory alone`, () => {
      // In a heap with less space for young objects than the memory of their results.
      const { minor, major } = collections(
        `const f = await open(${file}, 'rb');
        for (let i = 0; i < 600; i++) ${read};
        await f.close();`,
        '--max-semi-space-size=2',
      );
      // 35 with Node 20 and 26; 20 if only external memory makes V8 collect.
      expect(minor).to.be.above(25).and.above(major);
    }).timeout(240_000);
});
