// scandir: its steps, and the errors that they reject with.
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { os } from 'uvfiles';

import { codeOf, rejection } from '../support/files.js';
import { scratchDirectory } from '../support/temp.js';

describe('scandir', () => {
  const scratch = scratchDirectory();

  it('names the line of its caller in the stack of an error', async () => {
    async function lookForEntries(): Promise<void> {
      for await (const entry of os.scandir(path.join(scratch.path, 'missing'))) void entry;
    }
    const error = await rejection(lookForEntries());
    expect(error.code).to.equal('ENOENT');
    expect(error.stack).to.match(/lookForEntries .*scandir\.test\.ts:\d+/);
  });

  it('resolves unawaited steps in order, with each entry once', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `f${i}`);
    for (const name of names) writeFileSync(path.join(scratch.path, name), '');
    const entries = os.scandir(scratch.path);
    const steps = await Promise.all(Array.from({ length: 302 }, () => entries.next()));
    const given = steps.map(({ value }) => (value as { name: string } | undefined)?.name);
    expect(given.slice(0, 300).sort()).to.deep.equal(names.sort());
    expect(given.slice(300)).to.deep.equal([undefined, undefined]);
  });

  it('ends after an error, also for later steps', async () => {
    const entries = os.scandir(path.join(scratch.path, 'missing'));
    const [first, second] = [entries.next(), entries.next()];
    expect(await codeOf(first)).to.equal('ENOENT');
    expect((await second).done).to.equal(true);
  });
});
