import { expect } from 'chai';

import { objectFiles, ObjectStoreError } from 'uvfiles/s3';

import { CREATE, MIB, pattern, rejects, WRITE, writeAll } from './support/files.js';
import { AWS, CEPH, IGNORANT, MemoryStore, SWIFT } from './support/memory-store.js';
import { wrapStore } from './support/store-wrappers.js';
import { onEachBucket } from './support/targets.js';

const REPLACE = { durable: true, permissions: undefined };

describe('s3: conditions', () => {
  onEachBucket((target) => {
    it('rejects an ifMatch that is not one ETag, including *', async () => {
      const { files } = target().place();
      await files.writeFile!('/a', Buffer.from('1'), WRITE, 0o666, {});
      for (const ifMatch of ['*', '"*"', '', '""', '"a", "b"', 'W/"a"', 'a b', 'a\n', 'a"', 'ä']) {
        const o = { ...REPLACE, ifMatch };
        await rejects(files.replaceFile!('/a', Buffer.from('2'), o, {}), 'ERR_INVALID_ARG_VALUE');
        await rejects(files.openReplacement!('/a', o, {}), 'ERR_INVALID_ARG_VALUE');
      }
      const both = { ...REPLACE, exclusive: true, ifMatch: '"a"' };
      await rejects(files.openReplacement!('/b', both, {}), 'ERR_INVALID_ARG_VALUE');
      expect(Buffer.from(await files.readFile!('/a', {})).toString()).to.equal('1');
    });
  });

  const SERVERS = { AWS, CEPH, SWIFT, IGNORANT };
  for (const [name, honours] of Object.entries(SERVERS)) {
    /** Renames `a` to `b`, while another program writes `a` after each copy, `times` times. */
    const renamed = async (
      times: number,
    ): Promise<{ memory: MemoryStore; written: string; error: Error | undefined }> => {
      const memory = new MemoryStore(honours);
      memory.set('a', 'old');
      let copies = 0;
      const store = wrapStore(memory, async (call, perform, args) => {
        const answer: unknown = await perform(...args);
        if (call === 'copy' && ++copies <= times) memory.set('a', `new ${copies}`);
        return answer;
      });
      const error = await objectFiles(store)
        .rename('/a', '/b', {})
        .then(
          () => undefined,
          (each: Error) => each,
        );
      return { memory, written: `new ${Math.min(copies, times)}`, error };
    };

    it(`moves what is written to a file during its rename, on ${name}`, async () => {
      for (const times of [1, 3]) {
        const { memory, written, error } = await renamed(times);
        expect(error).to.equal(undefined);
        expect([...memory.objects.keys()]).to.deep.equal(['b']);
        expect(memory.text('b')).to.equal(written);
      }
    });

    it(`rejects with ESTALE and keeps a file that is written again and again during its rename, on ${name}`, async () => {
      const { memory, written, error } = await renamed(100);
      expect(error).to.have.property('code', 'ESTALE');
      expect(memory.text('a')).to.equal(written);
    });
  }

  it('renames where the server refuses the probe of deletions', async () => {
    const memory = new MemoryStore(AWS);
    memory.set('a', 'text');
    const store = wrapStore(memory, async (call, perform, args) => {
      if (call === 'put') throw new ObjectStoreError('AccessDenied', 'denied', { status: 403 });
      return perform(...args);
    });
    await objectFiles(store).rename('/a', '/b', {});
    expect([...memory.objects.keys()]).to.deep.equal(['b']);
  });

  // Swift does so with objects that were uploaded in parts.
  it('renames where the server refuses to delete an object with its own ETag', async () => {
    const memory = new MemoryStore(AWS);
    memory.set('a', 'text');
    const store = wrapStore(memory, async (call, perform, args) => {
      const [keys, o] = args as [readonly string[], { ifMatch?: string }];
      if (call !== 'delete' || keys[0] !== 'a' || o.ifMatch === undefined) return perform(...args);
      return [{ key: 'a', error: new ObjectStoreError('PreconditionFailed', 'refused', { status: 412 }) }];
    });
    await objectFiles(store).rename('/a', '/b', {});
    expect([...memory.objects.keys()]).to.deep.equal(['b']);
  });

  // So did AWS for some months.
  it('probes If-Match on uploads even if the bucket honours If-None-Match there', async () => {
    const memory = new MemoryStore(AWS);
    const store = wrapStore(memory, async (name, call, args) => {
      if (name === 'completeUpload') args[3] = { ...args[3], ifMatch: undefined };
      return call(...args);
    });
    const files = objectFiles(store, { partSize: 5 * MIB });
    const data = pattern(6 * MIB);
    await writeAll(files, '/a', data, { flags: CREATE });
    const late = await files.openReplacement!('/a', { ...REPLACE, ifMatch: '"another"' }, {});
    await rejects(late.pwrite!(pattern(6 * MIB, 1), 0, {}), 'ERR_UNSUPPORTED_OPERATION');
    await late.abort!();
    const o = { ...REPLACE, ifMatch: '"another"' };
    await rejects(files.replaceFile!('/a', pattern(6 * MIB, 2), o, {}), 'ESTALE');
    await files.replaceFile!(
      '/a',
      pattern(6 * MIB, 3),
      { ...REPLACE, ifMatch: memory.objects.get('a')!.etag },
      {},
    );
    expect(memory.objects.get('a')!.bytes.equals(pattern(6 * MIB, 3))).to.equal(true);
    expect(memory.uploads.size).to.equal(0);
  });
});
