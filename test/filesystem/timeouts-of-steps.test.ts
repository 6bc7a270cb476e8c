// What a timeout covers where a caller takes several steps: on real files, in memory and beneath a root.
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { os, readMany, writeFile } from 'uvfiles';
import { beneath, mount, wrap } from 'uvfiles/filesystem';
import { memoryFiles } from 'uvfiles/testing';

import { rejection, scratchDirectory } from '../support/temp.js';

const TIMEOUT = 60_000;
/** Enough that all file systems list them in several batches. */
const ENTRIES = 4000;

describe('the timeout of a loop', () => {
  const scratch = scratchDirectory();
  const now = performance.now.bind(performance);
  let passed = 0;
  // The clock of deadlines. No test waits.
  const pass = (): number => (passed += 2 * TIMEOUT);
  const names = Array.from({ length: ENTRIES }, (_, i) => `entry-${i}`);
  const mounted: Disposable[] = [];

  beforeEach(() => {
    passed = 0;
    performance.now = () => now() + passed;
  });
  afterEach(() => {
    Reflect.deleteProperty(performance, 'now'); // that of the prototype is back
    for (const each of mounted.splice(0)) each[Symbol.dispose]();
  });

  const places = {
    'on real files': () => {
      for (const name of names) writeFileSync(`${scratch.path}/${name}`, name);
      return scratch.path;
    },
    'in memory': () => {
      mounted.push(memoryFiles(Object.fromEntries(names.map((name) => [name, name])), { at: '/loop' }));
      return '/loop';
    },
    'beneath a root': () => {
      for (const name of names) writeFileSync(`${scratch.path}/${name}`, name);
      mounted.push(mount('/loop', beneath(scratch.path)));
      return '/loop';
    },
  };

  for (const [where, fill] of Object.entries(places)) {
    it(`over scandir does not count the time of its body, ${where}`, async () => {
      let count = 0;
      for await (const entry of os.scandir(fill(), { timeout: TIMEOUT })) {
        if (entry.isFile()) count++;
        pass();
      }
      expect(count).to.equal(ENTRIES);
    });

    it(`over readMany does not count the time of its body, ${where}`, async () => {
      const top = fill();
      let count = 0;
      for await (const { path, data } of readMany(
        names.map((name) => `${top}/${name}`),
        { timeout: TIMEOUT },
      )) {
        expect(path).to.equal(`${top}/${String(data)}`);
        count++;
        pass();
      }
      expect(count).to.equal(ENTRIES);
    });
  }

  it('is not that of a whole call, which counts all of its steps', async () => {
    const memory = memoryFiles({}, { at: '/elsewhere' });
    mounted.push(memory);
    const { fileSystem } = memory;
    const slow = wrap(fileSystem, {
      async *list(path, call) {
        for await (const batch of fileSystem.list(path, call)) {
          for (const item of batch) {
            pass();
            yield [item];
          }
        }
      },
    });
    mounted.push(mount('/slow', slow));
    await writeFile('/slow/a', '');
    await writeFile('/slow/b', '');
    expect(await rejection(os.emptyDir('/slow', { timeout: TIMEOUT }))).to.include({
      code: 'ERR_TIMEOUT',
      timeout: TIMEOUT,
    });
    expect((await os.listdir('/slow')).sort()).to.deep.equal(['a', 'b']);
  });
});
