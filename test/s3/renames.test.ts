// Renames of directories while other programs write and delete below the old name.
import { expect } from 'chai';
import { objectFiles, ObjectStoreError, type ObjectStore } from 'uvfiles/s3';

import { skip } from '../support/skip.js';
import { names, rejects, WRITE } from './support/files.js';
import { AWS, IGNORANT, MemoryStore } from './support/memory-store.js';
import { wrapStore } from './support/store-wrappers.js';
import { onEachBucket } from './support/targets.js';

/** Runs `other` at the first `call` of `key`, before or after it is performed. */
function meanwhile(
  store: ObjectStore,
  at: { call: 'copy' | 'delete'; key: string; before?: boolean },
  other: () => Promise<unknown>,
): ObjectStore {
  let done = false;
  return wrapStore(store, async (name, perform, args) => {
    const key = name === 'copy' ? (args[0].key as string) : name === 'delete' ? (args[0][0] as string) : '';
    const now = !done && name === at.call && key === at.key;
    if (now) done = true;
    if (now && at.before === true) await other();
    const answer: unknown = await perform(...args);
    if (now && at.before !== true) await other();
    return answer;
  });
}

describe('s3: the rename of a directory', () => {
  onEachBucket((target) => {
    it('moves what is overwritten or created below the old name meanwhile', async () => {
      const { files, prefix } = target().place();
      const put = async (path: string, text = path): Promise<void> =>
        files.writeFile!(path, Buffer.from(text), WRITE, 0o666, {});
      for (const path of ['/d/a', '/d/b', '/d/c/e']) await put(path);
      const store = meanwhile(target().store, { call: 'copy', key: `${prefix}d/b` }, async () => {
        await put('/d/b', 'new');
        await put('/d/0', 'before all');
        await put('/d/c/z', 'after all');
      });
      const renaming = target().place({ concurrency: 1 }, store, prefix).files;
      await renaming.rename('/d', '/f', {});
      expect(await names(files.walkFiles!('/', {}))).to.have.members(['f/0', 'f/a', 'f/b', 'f/c/e', 'f/c/z']);
      const text = async (path: string): Promise<string> => String(await files.readFile!(path, {}));
      expect(await text('/f/b')).to.equal('new');
      expect(await text('/f/0')).to.equal('before all');
      expect(await text('/f/c/z')).to.equal('after all');
      expect(await text('/f/a')).to.equal('/d/a');
    });

    it('moves what is overwritten right before its deletion, if the bucket honours If-Match for it', async function () {
      if (!target().honours.delete) skip(this, 'the bucket ignores If-Match for deletions');
      const { files, prefix } = target().place();
      await files.writeFile!('/d/a', Buffer.from('old'), WRITE, 0o666, {});
      const store = meanwhile(
        target().store,
        { call: 'delete', key: `${prefix}d/a`, before: true },
        async () => files.writeFile!('/d/a', Buffer.from('new'), WRITE, 0o666, {}),
      );
      await target().place({}, store, prefix).files.rename('/d', '/f', {});
      expect(await names(files.walkFiles!('/', {}))).to.deep.equal(['f/a']);
      expect(String(await files.readFile!('/f/a', {}))).to.equal('new');
    });
  });

  for (const [name, honours] of Object.entries({ AWS, IGNORANT }))
    it(`passes over what others delete meanwhile, on ${name}`, async () => {
      for (const call of ['copy', 'delete'] as const) {
        const memory = new MemoryStore(honours);
        for (const key of ['d/a', 'd/b']) memory.set(key, key);
        const store = meanwhile(memory, { call, key: 'd/a' }, async () => memory.objects.delete('d/b'));
        await objectFiles(store, { concurrency: 1 }).rename('/d', '/f', {});
        expect([...memory.objects.keys()])
          .to.include('f/a')
          .and.not.include('d/b');
      }
    });

  it('leaves what is written where another program has deleted an object', async () => {
    const memory = new MemoryStore(AWS);
    memory.set('d/a', 'old');
    const store = wrapStore(memory, async (name, perform, args) => {
      if (name === 'delete' && args[0][0] === 'd/a') memory.objects.delete('d/a');
      try {
        return await perform(...args);
      } finally {
        // It was missing for the lookup that follows the refused deletion.
        if (name === 'head' && args[0] === 'd/a' && !memory.objects.has('d/a')) memory.set('d/a', 'new');
      }
    });
    await objectFiles(store).rename('/d', '/f', {});
    expect(memory.text('f/a')).to.equal('old');
    expect(memory.text('d/a')).to.equal('new');
  });

  it('deletes nothing if an object cannot be copied', async () => {
    const memory = new MemoryStore(AWS);
    const keys = ['d/a', 'd/b', 'd/c'];
    for (const key of keys) memory.set(key, key);
    const store = wrapStore(memory, async (name, perform, args) => {
      if (name === 'copy' && args[0].key === 'd/c')
        throw new ObjectStoreError('AccessDenied', 'denied', { status: 403 });
      return perform(...args);
    });
    await rejects(objectFiles(store).rename('/d', '/f', {}), 'EACCES');
    expect([...memory.objects.keys()]).to.include.members(keys);
  });

  it('rejects if the bucket is removed meanwhile', async () => {
    const memory = new MemoryStore(AWS);
    memory.set('d/a', 'a');
    let gone = false;
    const store = wrapStore(memory, async (name, perform, args) => {
      gone ||= name === 'copy';
      if (gone) throw new ObjectStoreError('NoSuchBucket', 'no bucket', { status: 404 });
      return perform(...args);
    });
    await rejects(objectFiles(store).rename('/d', '/f', {}), 'ENOENT');
    expect(memory.text('d/a')).to.equal('a');
  });
});
