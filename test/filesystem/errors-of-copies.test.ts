// Errors of copies on mounted file systems: they name the call and both paths, whatever step of the copy fails.
import { expect } from 'chai';
import { os } from 'uvfiles';
import { dir, file, type MemoryFiles, memoryFiles } from 'uvfiles/testing';

import { rejection } from '../support/temp.js';

describe('an error of a copy on a mounted file system', () => {
  let files: MemoryFiles;
  beforeEach(() => {
    const tree = { secret: file('x', { mode: 0o200 }), open: 'x', locked: dir({}, { mode: 0o500 }) };
    files = memoryFiles(
      { ...tree, tree: dir({ secret: file('x', { mode: 0o200 }) }) },
      { at: '/copies', user: { uid: 1000, gid: 1000 } },
    );
  });
  afterEach(() => files.unmount());

  for (const [src, dst, copy] of [
    ['secret', 'new', os.copy],
    ['open', 'locked/new', os.copy],
    ['tree/secret', 'new/secret', () => os.copytree('/copies/tree', '/copies/new')],
  ] as const) {
    it(`names both paths if ${src} cannot be copied to ${dst}`, async () => {
      const paths = { path: `/copies/${src}`, dest: `/copies/${dst}` };
      const error = await rejection(copy(paths.path, paths.dest));
      expect(error).to.include({ code: 'EACCES', syscall: 'copyfile', ...paths });
    });
  }
});
