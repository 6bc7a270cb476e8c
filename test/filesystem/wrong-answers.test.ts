// File systems of programs that answer wrongly: nothing is lost silently, and errors say what is wrong.
import { expect } from 'chai';
import { lines, open, readMany, readText } from 'uvfiles';
import { type FileSystem, type FileSystemFile, mount, wrap } from 'uvfiles/filesystem';
import { memoryFiles } from 'uvfiles/testing';

import { rejection } from '../support/files.js';

describe('a mounted file system that answers wrongly', () => {
  const files = memoryFiles({ f: 'text' }, { at: '/wrong' });
  files.unmount();
  const { fileSystem } = files;

  /** The files with other answers of open files. */
  const answering = (wrong: object): FileSystem =>
    wrap(fileSystem, {
      readFile: undefined,
      open: async (path, flags, permissions, call) => {
        const file = await fileSystem.open(path, flags, permissions, call);
        const right: FileSystemFile = {
          pread: (...args) => file.pread(...args),
          append: (...args) => file.append!(...args),
          stat: (...args) => file.stat(...args),
          close: () => file.close(),
        };
        return { ...right, ...wrong };
      },
    });

  for (const size of [NaN, -1, 4n, '4', null])
    it(`is read whole, and appended to, if the size of its open file is ${typeof size} ${size}`, async () => {
      using _ = mount('/wrong', answering({ size }));
      expect(await readText('/wrong/f')).to.equal('text');
      await using f = await open('/wrong/f', 'ab');
      expect(await f.tell()).to.equal(4);
    });

  it('is not opened all the time for following, if open files have another size and no number', async () => {
    let opens = 0;
    const other = answering({
      stat: () => Promise.resolve({ size: 7, isFile: () => true, isDirectory: () => false }),
    });
    using _ = mount('/wrong', wrap(other, { open: (...args) => (opens++, other.open(...args)) }));
    const followed = lines('/wrong/f', { follow: true, signal: AbortSignal.timeout(300) });
    expect((await rejection(Promise.resolve(followed.next()))).code).to.equal('ABORT_ERR');
    expect(opens).to.be.below(10);
  });

  for (const result of [undefined, null, 'text', new ArrayBuffer(4), [1]])
    it(`is named if pread answers with ${Object.prototype.toString.call(result)}`, async () => {
      using _ = mount('/wrong', answering({ pread: () => Promise.resolve(result) }));
      const error = await rejection(readText('/wrong/f'));
      expect(error.code).to.equal('ERR_INVALID_ARG_TYPE');
      expect(error.message).to.match(/^The "result of the file system" .* Uint8Array/);
    });

  for (const order of [[0, 2], [2, 0], [2, 9, -1, 0.5], [0, 0, 2], []])
    it(`loses no path if readMany answers ${JSON.stringify(order)} of three`, async () => {
      const some = wrap(fileSystem, {
        async *readMany() {
          for (const index of order) yield [{ index, data: Buffer.from(String(index)) }];
        },
      });
      using _ = mount('/wrong', some);
      const paths = ['/wrong/a', '/wrong/b', '/wrong/c'];
      const items = [];
      for await (const { path, data, error } of readMany(paths))
        items.push([path, data?.toString() ?? (error as NodeJS.ErrnoException).code]);
      expect(items).to.deep.equal(
        paths.map((path, index) => [path, order.includes(index) ? String(index) : 'EIO']),
      );
    });
});
