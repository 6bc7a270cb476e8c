// The error that ends a wait by a signal or a timeout names the line that awaits the call.
import { expect } from 'chai';
import { lockFile, open, type OpOptions, os, updateAtomic, writeAtomic, writeFile } from 'uvfiles';

import { Folder, rejection } from '../support/files.js';

describe('the end of a wait', () => {
  const folder = new Folder();
  const never = (): Promise<never> => new Promise(() => undefined);
  const source: AsyncIterable<string> = { [Symbol.asyncIterator]: () => ({ next: never }) };

  it('names the line that waits for a lock, a turn, a callback or a source', async () => {
    const at = (name: string): string => folder.at(name);
    await os.makedirs(at('directory/below'), { existOk: true });
    const held = await lockFile(at('locked'));
    await using handle = await open(at('locked'), 'r+b');
    await using busy = await open(at('busy'), 'wb');
    const end = new AbortController();
    const others = [
      updateAtomic(at('updated'), never, { signal: end.signal }),
      busy.writelines({ [Symbol.asyncIterator]: () => ({ next: never }) }, { signal: end.signal }),
    ].map((each) => rejection(each));
    const calls: Record<string, (o: OpOptions, of: string) => Promise<unknown>> = {
      lock: (o) => handle.lock(o),
      lockFile: (o) => lockFile(at('locked'), o),
      updateAtomic: (o) => updateAtomic(at('locked'), () => 'x', o),
      'turn of updateAtomic': (o) => updateAtomic(at('updated'), () => 'x', o),
      'turn of writeAtomic': (o) => writeAtomic(at('updated'), 'x', o),
      'turn of a handle': (o) => busy.write(Buffer.from('x'), o),
      'callback of updateAtomic': (o, of) => updateAtomic(at(`called-${of}`), never, o),
      'callback of copytree': (o, of) => os.copytree(at('directory'), at(of), { ...o, filter: never }),
      source: (o, of) => writeFile(at(`written-${of}`), source, o),
    };
    // In updateAtomic, the callback's caller is the eleventh line.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 20;
    try {
      const begin = (o: OpOptions, of: string) =>
        Object.entries(calls).map(async ([name, call]): Promise<[string, Error]> => {
          const waits = async (): Promise<void> => void (await call(o, of));
          return [name, await rejection(waits())];
        });
      const stopping = new AbortController();
      const stopped = begin({ signal: stopping.signal }, 'stopped');
      // Long enough that all of them are waiting by then.
      const late = await Promise.all(begin({ timeout: 3000 }, 'late'));
      stopping.abort();
      for (const [kind, ended] of [
        ['TimeoutError', late],
        ['AbortError', await Promise.all(stopped)],
      ] as const)
        for (const [name, error] of ended) {
          expect(error.name, name).to.equal(kind);
          expect(error.stack, name).to.match(/at (async )?waits .*ends-of-waits\.test\.ts:\d+/);
        }
      const closing = async function waits(): Promise<void> {
        await handle.lock();
      };
      const closed = rejection(closing());
      await handle.close();
      expect((await closed).stack).to.match(/ClosedFileError[^]*at (async )?waits /);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
      end.abort();
      await Promise.all(others);
      await held.release();
    }
  });
});
