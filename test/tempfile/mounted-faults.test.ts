// Temporary files of mounted file systems that fail: the first error is the one that the caller gets.
import { expect } from 'chai';
import { tempfile } from 'uvfiles';
import { type FileSystem, mount, wrap } from 'uvfiles/filesystem';
import { faults, memoryFiles } from 'uvfiles/testing';

import { rejection } from '../support/files.js';

describe('a temporary file of a mounted file system', () => {
  it('rejects with the first error if its removal fails, too', async () => {
    const memory = memoryFiles({}, { at: '/uvfiles-temporary' });
    memory.unmount();
    const { fileSystem } = memory;
    const failing = (message: string) => () => Promise.reject(new Error(message));
    let made = false;
    const faulty: Partial<FileSystem> = {
      open: (...args) => {
        made = true;
        return fileSystem.open(...args);
      },
      stat: (...args) => (made ? failing('of its status')() : fileSystem.stat(...args)),
      unlink: failing('of its removal'),
    };
    const mounted = mount('/uvfiles-temporary', wrap(fileSystem, faulty));
    try {
      const error = await rejection(tempfile.namedTemporaryFile({ dir: '/uvfiles-temporary' }));
      expect(error.message).to.equal('of its status');
    } finally {
      mounted.unmount();
    }
  });
});

describe('the search for the temporary directory', () => {
  it('leaves a fault of writes to the program', async () => {
    await faults({ op: 'write', error: 'ENOSPC', times: 1 }, async () => {
      await using file = await tempfile.temporaryFile({ buffering: 0 });
      expect((await rejection(file.write(Buffer.from('x')))).code).to.equal('ENOSPC');
    });
  });

  it('does not choose another directory because there was no memory', async () => {
    await faults({ op: 'open', error: 'ENOMEM', times: 1 }, async () => {
      expect((await rejection(tempfile.gettempdir())).code).to.equal('ENOMEM');
    });
  });
});
