// Signals can be any objects: an error that they throw affects only the call that they were passed to.
import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import path from 'node:path';
import { configure, open, os, readBytes, writeAtomic } from 'uvfiles';

import { resetInline } from '../support/inline.js';
import { Folder, outcome } from '../support/files.js';

interface OddSignal {
  aborted: boolean;
  addEventListener: unknown;
  removeEventListener: unknown;
  reason?: unknown;
}

describe('a signal that misbehaves', () => {
  const folder = new Folder();

  before(() => configure({ inline: false }));
  after(() => resetInline());

  const fails = (): never => {
    throw new Error('from the signal');
  };

  const cases: Record<string, { signal: () => unknown; first: unknown }> = {
    'has no removeEventListener': {
      signal: () => ({ aborted: false, addEventListener: () => undefined }),
      first: 'ERR_INVALID_ARG_TYPE',
    },
    'throws when it is left': {
      signal: (): OddSignal => ({
        aborted: false,
        addEventListener: () => undefined,
        removeEventListener: fails,
      }),
      first: 'done',
    },
    'throws when it is joined': {
      signal: (): OddSignal => ({
        aborted: false,
        addEventListener: fails,
        removeEventListener: () => undefined,
      }),
      first: 'from the signal',
    },
    'calls its listener while it is joined': {
      signal: (): OddSignal => ({
        aborted: false,
        addEventListener: (_: string, listener: () => void) => listener(),
        removeEventListener: () => undefined,
      }),
      first: undefined, // aborted, unless the call was faster
    },
    'throws when it is asked for its reason': {
      signal: () => ({
        aborted: true,
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
        get reason(): unknown {
          return fails();
        },
      }),
      first: 'ABORT_ERR',
    },
  };

  for (const [what, { signal, first }] of Object.entries(cases)) {
    it(`that ${what} affects only its own call`, async () => {
      const file = folder.put('f', 'x');
      const call = (o?: { signal: AbortSignal }): Promise<unknown> =>
        outcome(os.realpath(file, o).then(() => 'done'));
      const calls = [call({ signal: signal() as AbortSignal }), ...Array.from({ length: 8 }, () => call())];
      const outcomes = await Promise.all(calls);
      if (first !== undefined) expect(outcomes[0]).to.equal(first);
      expect(outcomes.slice(1)).to.deep.equal(Array.from({ length: 8 }, () => 'done'));
      const f = await open(file, 'rb');
      const reads = await Promise.all([
        outcome(f.pread(1, 0, { signal: signal() as AbortSignal }).then(() => 'done')),
        outcome(f.pread(1, 0).then(String)),
        outcome(f.read(1).then(String)),
      ]);
      expect(reads.slice(1)).to.deep.equal(['x', 'x']);
      await f.close();
    });
  }

  it('is read once, before anything is done', async () => {
    const file = folder.put('g', 'x');
    let asked = 0;
    const o = {
      get signal(): AbortSignal | undefined {
        return asked++ === 0 ? undefined : fails();
      },
    };
    expect(String(await readBytes(file, o))).to.equal('x');
    asked = 0;
    const f = await open(file, 'rb');
    expect(String(await f.read(1, o))).to.equal('x');
    asked = 0;
    expect(String(await f.pread(1, 0, o))).to.equal('x');
    asked = 0;
    expect((await f.stat(o)).size).to.equal(1);
    await f.close();
  });
});

describe('many calls on one signal', () => {
  const folder = new Folder();

  it('wait for one path with one listener', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', onWarning);
    try {
      const { signal } = new AbortController();
      const file = path.join(folder.path, 'one');
      const writing = Array.from({ length: 30 }, (_, i) =>
        writeAtomic(file, String(i), { signal, durable: false }),
      );
      await Promise.all(writing);
      await new Promise((resolve) => setImmediate(resolve));
      expect(warnings).to.deep.equal([]);
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    } finally {
      process.off('warning', onWarning);
    }
  });
});
