// Subscribers to the uvfiles:op channel, on mounted file systems: what they do changes no operation.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as pause } from 'node:timers/promises';

import { expect } from 'chai';
import { open, type OperationMessage, os, readBytes } from 'uvfiles';
import { memoryFiles } from 'uvfiles/testing';

import { rejection } from '../support/files.js';

const TREE = { a: 'text', 'd/one': '1', 'd/two/three': '3' };

async function all(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

describe('a subscriber to operations on mounted file systems', () => {
  it('hears nothing once it has unsubscribed', async () => {
    using _ = memoryFiles(TREE, { at: '/m' });
    const heard: string[] = [];
    const listen = (message: unknown): void => void heard.push((message as OperationMessage).operation);
    subscribe('uvfiles:op', listen);
    const file = await open('/m/a', 'rb');
    const entries = os.scandir('/m/d');
    unsubscribe('uvfiles:op', listen);
    await file.pread(1, 0);
    await all(entries);
    await os.stat('/m/a');
    await file.close();
    expect(heard).to.deep.equal(['open']);
  });

  it('may call the library', async () => {
    using _ = memoryFiles(TREE, { at: '/m' });
    const nested: Promise<unknown>[] = [];
    const listen = (): void => {
      if (nested.length < 100) nested.push(readBytes('/m/a'), os.stat('/m/d'), os.stat(import.meta.filename));
    };
    subscribe('uvfiles:op', listen);
    try {
      expect((await os.stat('/m/a')).size).to.equal(4);
      await using file = await open('/m/a', 'rb');
      expect(String(await file.read(2))).to.equal('te');
      expect(String(await file.read(2))).to.equal('xt');
      expect(await os.listdir('/m/d')).to.have.members(['one', 'two']);
    } finally {
      unsubscribe('uvfiles:op', listen);
    }
    expect(String((await Promise.all(nested))[0])).to.equal('text');
  });

  it('may throw', async () => {
    using _ = memoryFiles(TREE, { at: '/m' });
    // What a subscriber throws is an uncaught exception, as Node documents. Mocha listens, too.
    const others = process.listeners('uncaughtException');
    const caught: string[] = [];
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => void caught.push(error.message));
    const listen = (): never => {
      throw new Error('of the subscriber');
    };
    subscribe('uvfiles:op', listen);
    try {
      expect(String(await readBytes('/m/a'))).to.equal('text');
      expect(await rejection(os.stat('/m/none'))).to.have.property('code', 'ENOENT');
    } finally {
      unsubscribe('uvfiles:op', listen);
      await pause(1);
      process.removeAllListeners('uncaughtException');
      for (const each of others) process.on('uncaughtException', each);
    }
    expect(caught).to.deep.equal(['of the subscriber', 'of the subscriber']);
  });
});
