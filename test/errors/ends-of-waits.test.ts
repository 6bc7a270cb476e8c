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
    await os.makedirs(at('directory/below'));
    const held = await lockFile(at('locked'));
    await using handle = await open(at('locked'), 'r+b');
    await using busy = await open(at('busy'), 'wb');
    const end = new AbortController();
    const others = [
      updateAtomic(at('updated'), never, { signal: end.signal }),
      busy.writelines({ [Symbol.asyncIterator]: () => ({ next: never }) }, { signal: end.signal }),
    ].map((each) => rejection(each));
    const calls: Record<string, (o: OpOptions) => Promise<unknown>> = {
      lock: (o) => handle.lock(o),
      lockFile: (o) => lockFile(at('locked'), o),
      updateAtomic: (o) => updateAtomic(at('locked'), () => 'x', o),
      'turn of updateAtomic': (o) => updateAtomic(at('updated'), () => 'x', o),
      'turn of writeAtomic': (o) => writeAtomic(at('updated'), 'x', o),
      'turn of a handle': (o) => busy.write(Buffer.from('x'), o),
      'callback of updateAtomic': (o) => updateAtomic(at('called'), never, o),
      'callback of copytree': (o) =>
        os.copytree(at('directory'), at('copy'), { ...o, filter: never, existOk: true }),
      source: (o) => writeFile(at('written'), source, o),
    };
    for (const [name, call] of Object.entries(calls)) {
      const waits = async (o: OpOptions): Promise<void> => void (await call(o));
      const late = await rejection(waits({ timeout: 20 }));
      expect(late.name, name).to.equal('TimeoutError');
      const stopping = new AbortController();
      const stopped = rejection(waits({ signal: stopping.signal }));
      setTimeout(() => stopping.abort(), 20);
      const aborted = await stopped;
      expect(aborted.name, name).to.equal('AbortError');
      for (const { stack } of [late, aborted])
        expect(stack, name).to.match(/at (async )?waits .*ends-of-waits\.test\.ts:\d+/);
    }
    const closing = async function waits(): Promise<void> {
      await handle.lock();
    };
    const closed = rejection(closing());
    await handle.close();
    expect((await closed).stack).to.match(/ClosedFileError[^]*at (async )?waits /);
    end.abort();
    await Promise.all(others);
    await held.release();
  });
});
