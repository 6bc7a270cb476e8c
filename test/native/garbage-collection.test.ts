// What large results cost the garbage collector: a scavenge frees those that were dropped, and the old generation stays alone.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Folder } from '../support/files.js';

const library = createRequire(import.meta.url).resolve('uvfiles');

describe('large results', () => {
  const folder = new Folder();

  it('that are dropped are freed by scavenges, not by marking the whole heap each time', () => {
    const file = folder.put('large', Buffer.alloc(2 ** 20, 'x'));
    // In a process of its own: the heap of the tests is so large that V8 is in no hurry.
    const program = `
      const { PerformanceObserver, constants } = require('node:perf_hooks');
      const { readBytes } = require(${JSON.stringify(library)});
      const counts = {};
      const count = (list) => {
        for (const { detail } of list) counts[detail.kind] = (counts[detail.kind] ?? 0) + 1;
      };
      const observer = new PerformanceObserver((list) => count(list.getEntries()));
      observer.observe({ entryTypes: ['gc'] });
      (async () => {
        for (let i = 0; i < 600; i++) await readBytes(${JSON.stringify(file)});
        await new Promise((resolve) => setImmediate(resolve));
        count(observer.takeRecords());
        const { NODE_PERFORMANCE_GC_MINOR: minor, NODE_PERFORMANCE_GC_MAJOR: major } = constants;
        console.log(JSON.stringify([counts[minor] ?? 0, counts[major] ?? 0]));
      })();`;
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', env });
    expect(stdout, stderr).to.match(/^\[\d+,\d+\]\n$/);
    const [minor, major] = JSON.parse(stdout) as [number, number];
    // 120 and 0 with Node 20 and 26; 1 and 9 where nothing but external memory makes V8 collect.
    expect(minor).to.be.above(major);
  }).timeout(120_000);
});
