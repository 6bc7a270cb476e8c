import { expect } from 'chai';
import { objectFiles, ObjectStoreError } from 'uvfiles/s3';

import { MIB, pattern, READ, readAll, rejection, rejects, STAT } from './support/files.js';
import { AWS, MemoryStore } from './support/memory-store.js';
import { countingStore, wrapStore } from './support/store-wrappers.js';
import { onEachBucket } from './support/targets.js';

/** The lengths of the ranges that were asked for, in order. */
const lengths = (calls: readonly { name: string; args: any[] }[], size: number): number[] =>
  calls.filter(({ name }) => name === 'get').map(({ args: [, o] }) => (o.end ?? size) - (o.start ?? 0));

describe('s3: reading', () => {
  onEachBucket((target) => {
    it('returns every byte in order, in pieces and as a whole', async function () {
      this.timeout(240_000);
      const { files } = target().place();
      for (const size of [0, 1, 1000, MIB, 5 * MIB + 3]) {
        const data = pattern(size, size);
        await files.writeFile!('/a', data, 577, 0o666, {});
        expect((await readAll(files, '/a')).equals(data)).to.equal(true);
        expect(Buffer.from(await files.readFile!('/a', {})).equals(data)).to.equal(true);
      }
    });

    it('reads at any position, and nothing past the end', async () => {
      const { files } = target().place();
      const data = pattern(3 * MIB);
      await files.writeFile!('/a', data, 577, 0o666, {});
      const file = await files.open('/a', READ, 0, {});
      expect(file.size).to.equal(data.length);
      const positions = Array.from({ length: 40 }, (_, i) => (i * 2_654_435_761) % data.length);
      const pieces = await Promise.all(positions.map((at) => file.pread(10_000, at, {})));
      pieces.forEach((piece, i) => {
        expect(data.subarray(positions[i], positions[i]! + 10_000).equals(piece), String(i)).to.equal(true);
      });
      expect(await file.pread(10, data.length, {})).to.have.length(0);
      expect(await file.pread(10, 2n ** 62n, {})).to.have.length(0);
      expect(await file.pread(10, data.length - 4, {})).to.have.length(4);
      await file.close();
    });

    it('reads many ranges in the requested order, even if they overlap', async () => {
      const { files } = target().place();
      const data = pattern(6 * MIB);
      await files.writeFile!('/a', data, 577, 0o666, {});
      const file = await files.open('/a', READ, 0, {});
      const ranges = [
        { position: 5 * MIB, size: 100 },
        { position: 0, size: 100 },
        { position: 50, size: 100 },
        { position: 3 * MIB, size: MIB },
        { position: data.length - 5, size: 100 },
        { position: data.length + 5, size: 100 },
        { position: 7, size: 0 },
      ];
      const pieces = await file.preadMany!(ranges, {});
      pieces.forEach((piece, i) => {
        const { position, size } = ranges[i]!;
        expect(data.subarray(position, position + size).equals(piece), String(i)).to.equal(true);
      });
      await file.close();
    });

    it('rejects with ESTALE when the object is replaced between two reads, and never mixes', async function () {
      this.timeout(240_000);
      const size = 3 * MIB;
      const piece = 256 << 10;
      for (const readAhead of [0, 8 * MIB]) {
        const { files } = target().place({ readAhead });
        for (let replaceAfter = 0; replaceAfter < 6; replaceAfter++) {
          const before = pattern(size, 1);
          await files.writeFile!('/a', before, 577, 0o666, {});
          const file = await files.open('/a', READ, 0, {});
          let stale: any;
          for (let i = 0, at = 0; at < size && stale === undefined; i++, at += piece) {
            if (i === replaceAfter) await files.writeFile!('/a', pattern(size, 2), 577, 0o666, {});
            try {
              expect(before.subarray(at, at + piece).equals(await file.pread(piece, at, {}))).to.equal(true);
            } catch (error) {
              stale = error;
            }
          }
          // What has been read ahead is complete, and may be returned.
          if (readAhead === 0 || replaceAfter === 0) expect(stale?.code).to.equal('ESTALE');
          else expect(stale?.code).to.be.oneOf(['ESTALE', undefined]);
          await file.close();
        }
      }
    });

    it('rejects with ESTALE when the open object is gone', async () => {
      const { files } = target().place();
      await files.writeFile!('/a', pattern(100), 577, 0o666, {});
      const file = await files.open('/a', READ, 0, {});
      await files.unlink('/a', {});
      await rejects(file.pread(10, 0, {}), 'ESTALE');
      await file.close();
    });

    it('rejects with ENOENT if there is no object, and with EISDIR for a directory', async () => {
      const { files } = target().place();
      await files.writeFile!('/d/a', pattern(1), 577, 0o666, {});
      for (const path of ['/none', '/d/none', '/dd'])
        for (const work of [
          () => files.open(path, READ, 0, {}),
          () => files.readFile!(path, {}),
          () => files.stat(path, STAT, {}),
        ])
          await rejects(work, 'ENOENT');
      await rejects(files.open('/d', READ, 0, {}), 'EISDIR');
      await rejects(files.readFile!('/d', {}), 'EISDIR');
      await rejects(files.open('/', READ, 0, {}), 'EISDIR');
    });

    it('returns several files, and an error for each missing one', async () => {
      const { files } = target().place();
      const paths = Array.from({ length: 50 }, (_, i) => `/many/${i}`);
      await Promise.all(paths.map((path, i) => files.writeFile!(path, pattern(i * 100, i), 577, 0o666, {})));
      const seen = new Map<number, any>();
      for await (const batch of files.readMany!([...paths, '/many/none'], {}))
        for (const answer of batch) seen.set(answer.index, answer);
      expect(seen.size).to.equal(51);
      paths.forEach((_, i) => {
        expect(pattern(i * 100, i).equals(seen.get(i).data)).to.equal(true);
      });
      expect(seen.get(50).error.code).to.equal('ENOENT');
      const stats = await files.statMany!([...paths, '/many/none'], STAT, {});
      expect(stats.slice(0, 50).map((each) => (each as { size: number }).size)).to.deep.equal(
        paths.map((_, i) => i * 100),
      );
      expect(stats[50]).to.have.property('code', 'ENOENT');
    });
  });

  describe('requests', () => {
    const size = 40 * MIB;
    const data = pattern(size);

    function opened(o = {}): {
      files: ReturnType<typeof objectFiles>;
      counting: ReturnType<typeof countingStore>;
    } {
      const memory = new MemoryStore(AWS);
      memory.set('a', data);
      const counting = countingStore(memory);
      return { files: objectFiles(counting.store, o), counting };
    }

    it('read ahead from 1 to 8 MiB as long as reading is sequential', async () => {
      const { files, counting } = opened();
      expect((await readAll(files, '/a')).equals(data)).to.equal(true);
      expect(lengths(counting.calls, size).map((each) => each / MIB)).to.deep.equal([1, 2, 4, 8, 8, 8, 8, 1]);
    });

    it('do not grow beyond readAhead, and read nothing ahead if it is 0', async () => {
      const two = opened({ readAhead: 2 * MIB });
      await readAll(two.files, '/a', MIB);
      expect(Math.max(...lengths(two.counting.calls, size))).to.equal(2 * MIB);
      const none = opened({ readAhead: 0 });
      await readAll(none.files, '/a', MIB);
      expect(new Set(lengths(none.counting.calls, size))).to.deep.equal(new Set([MIB]));
    });

    it('are single ranges of the requested bytes for random reads', async () => {
      const { files, counting } = opened();
      const file = await files.open('/a', READ, 0, {});
      for (const at of [30 * MIB, 7 * MIB, 39 * MIB, 2 * MIB]) await file.pread(1000, at, {});
      expect(lengths(counting.calls, size)).to.deep.equal([1000, 1000, 1000, 1000]);
      await file.close();
    });

    it('read ahead again after a jump', async () => {
      const { files, counting } = opened();
      const file = await files.open('/a', READ, 0, {});
      await file.pread(1000, 20 * MIB, {});
      await file.pread(1000, 20 * MIB + 1000, {});
      await file.pread(1000, 20 * MIB + 2000, {});
      expect(lengths(counting.calls, size)).to.deep.equal([1000, MIB]);
      await file.close();
    });

    it('join ranges whose gaps are below 1 MiB', async () => {
      const { files, counting } = opened();
      const file = await files.open('/a', READ, 0, {});
      counting.counts();
      await file.preadMany!(
        [
          { position: 0, size: 10 },
          { position: MIB, size: 10 },
          { position: 2 * MIB + 9, size: 10 },
          { position: 3 * MIB + 19, size: 10 },
        ],
        {},
      );
      expect(counting.calls.filter(({ name }) => name === 'get')).to.have.length(2);
      await file.close();
    });

    it('hold no more than two windows of memory', async () => {
      const memory = new MemoryStore(AWS);
      memory.set('a', data);
      let open = 0;
      let most = 0;
      const store = wrapStore(memory, async (name, call, args) => {
        const answer = await call(...args);
        if (name !== 'get') return answer;
        const { body } = answer;
        async function* counted(): AsyncGenerator<Uint8Array> {
          most = Math.max(most, ++open);
          try {
            yield* body;
          } finally {
            open--;
          }
        }
        return { ...answer, body: counted() };
      });
      await readAll(objectFiles(store), '/a');
      expect(most).to.be.at.most(2);
    });
  });

  describe('faults', () => {
    /** A store whose GETs answer with what `change` makes of their bodies. */
    function changed(
      data: Buffer,
      change: (answer: any, request: number, key: string) => any,
    ): { files: ReturnType<typeof objectFiles>; requests: () => number } {
      const memory = new MemoryStore(AWS);
      memory.set('a', data);
      let requests = 0;
      const store = wrapStore(memory, async (name, call, args) => {
        const answer = await call(...args);
        return name === 'get' ? change(answer, ++requests, args[0]) : answer;
      });
      return { files: objectFiles(store), requests: () => requests };
    }

    async function* cut(
      body: AsyncIterable<Uint8Array>,
      at: number,
      error?: Error,
    ): AsyncGenerator<Uint8Array> {
      let given = 0;
      for await (const chunk of body) {
        const rest = chunk.subarray(0, at - given);
        given += rest.length;
        if (rest.length > 0) yield rest;
        if (given === at) break;
      }
      if (error !== undefined) throw error;
    }

    const data = pattern(2 * MIB);

    it('of a body that breaks off are repaired by a request for the rest', async () => {
      for (const error of [undefined, Object.assign(new Error('reset'), { code: 'ECONNRESET' })]) {
        const broken = changed(data, (answer, request) =>
          request <= 2 ? { ...answer, body: cut(answer.body, 100_000, error) } : answer,
        );
        expect(Buffer.from(await broken.files.readFile!('/a', {})).equals(data)).to.equal(true);
        expect(broken.requests()).to.equal(3);
      }
    });

    it('of bodies that break off repeatedly reject in the end', async () => {
      const broken = changed(data, (answer) => ({ ...answer, body: cut(answer.body, 1000) }));
      await rejects(broken.files.readFile!('/a', {}), 'EIO');
      await rejects(readAll(broken.files, '/a'), 'EIO');
      expect(broken.requests()).to.be.below(20);
    });

    it('of a body that is too long reject with EIO', async () => {
      async function* longer(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        yield* body;
        yield Buffer.from('x');
      }
      const long = changed(data, (answer) => ({ ...answer, body: longer(answer.body) }));
      await rejects(long.files.readFile!('/a', {}), 'EIO');
      await rejects(readAll(long.files, '/a'), 'EIO');
    });

    it('of a server that ignores ranges or conditions reject', async () => {
      const ignoresRanges = changed(data, (answer) => ({ ...answer, start: 0, length: data.length }));
      const file = await ignoresRanges.files.open('/a', READ, 0, {});
      await rejects(file.pread(10, 1000, {}), 'EIO');
      const ignoresConditions = changed(data, (answer) => ({ ...answer, etag: '"another"' }));
      const other = await ignoresConditions.files.open('/a', READ, 0, {});
      await rejects(other.pread(10, 1000, {}), 'ESTALE');
    });

    it('keep the bytes of a read whose window failed for the next one', async () => {
      const down = new ObjectStoreError('ECONNREFUSED', 'down', {});
      const broken = changed(data, (answer, request) => {
        if (request === 1) throw down;
        return answer;
      });
      const file = await broken.files.open('/a', READ, 0, {});
      await rejects(file.pread(1000, 0, {}), 'ECONNREFUSED');
      expect(data.subarray(0, 1000).equals(await file.pread(1000, 0, {}))).to.equal(true);
      await file.close();
    });

    it('do not delay an abort or timeout of a read, and do not use its memory any more', async () => {
      for (const position of [0, 1_500_000]) {
        const memory = new MemoryStore(AWS);
        memory.set('a', data);
        let release = (): void => undefined;
        const held = new Promise<void>((resolve) => (release = resolve));
        const store = wrapStore(memory, async (name, call, args) => {
          // Like a client that ignores its signal.
          const answer = await call(args[0], { ...args[1], signal: undefined });
          if (name === 'get') await held;
          return answer;
        });
        const file = await objectFiles(store).open('/a', READ, 0, {});
        const view = Buffer.alloc(100);
        const controller = new AbortController();
        const reading = rejection(file.preadinto!(view, position, { signal: controller.signal }));
        controller.abort('enough');
        expect(await reading).to.include({ code: 'ABORT_ERR', cause: 'enough' });
        const late = rejection(file.preadinto!(view, position, { deadline: performance.now() + 1 }));
        expect(await late).to.have.property('code', 'ERR_TIMEOUT');
        release();
        // The bytes arrive by another read, and not in the view.
        expect(data.subarray(position, position + 9).equals(await file.pread(9, position, {}))).to.equal(
          true,
        );
        expect(view.equals(Buffer.alloc(100))).to.equal(true);
        await file.close();
      }
    });
  });
});
