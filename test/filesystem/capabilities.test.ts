// Operations that a mounted file system does not support reject before any I/O, and name the capability.
import { expect } from 'chai';
import { constants } from 'node:fs';
import { appendFile, lockFile, open, openAtomic, os, readText, writeAtomic, writeFile } from 'uvfiles';
import { mount, wrap } from 'uvfiles/filesystem';

import { rejection } from '../support/files.js';
import { scratchDirectory } from '../support/temp.js';
import { mountedFlatFiles } from './support/mounted-flat-files.js';

const { O_TRUNC } = constants;

for (const prefix of ['/virtual/files', 'flat://bucket']) {
  describe(`capabilities of a file system mounted at ${prefix}`, () => {
    const scratch = scratchDirectory();
    const inScratch = (name: string): string => `${scratch.path}/${name}`;
    const flat = mountedFlatFiles(prefix);
    const at = (name: string): string => `${prefix}/${name}`;

    it('rejects unsupported operations before any I/O, naming the file system and the capability', async () => {
      await writeFile(at('f'), 'x');
      flat.files.calls.length = 0;
      for (const refused of [
        os.link(at('f'), at('g')),
        os.symlink('f', at('g')),
        os.readlink(at('f')),
        os.chown(at('f'), 1, 1),
        os.statvfs(at('f')),
      ]) {
        const error = await rejection(refused);
        expect(error.code).to.equal('ERR_UNSUPPORTED_OPERATION');
        expect(error.message).to.include("'flat'");
      }
      expect(flat.files.calls).to.deep.equal([]);
      expect((await rejection(os.link(at('f'), inScratch('g')))).code).to.equal('EXDEV');
      expect((await rejection(os.rename(at('f'), inScratch('g')))).code).to.equal('EXDEV');
      await using file = await open(at('f'));
      expect(() => file.fileno())
        .to.throw()
        .with.property('code', 'ERR_UNSUPPORTED_OPERATION');
    });

    it('rejects each call whose capability is missing, before any I/O', async () => {
      await writeFile(at('f'), 'x');
      using _ = mount(prefix, wrap(flat.files, { capabilities: {} }));
      const refused: Record<string, () => Promise<unknown>> = {
        randomWrite: () => open(at('f'), 'r+'),
        append: () => appendFile(at('f'), 'y'),
        truncate: () => os.truncate(at('f'), 0),
        rename: () => os.rename(at('f'), at('g')),
        modes: () => os.chmod(at('f'), 0o600),
        times: () => os.utimes(at('f'), 1, 1),
        atomicReplace: () => writeAtomic(at('f'), 'y'),
        locks: () => lockFile(at('f')),
      };
      flat.files.calls.length = 0;
      for (const [capability, call] of [
        ...Object.entries(refused),
        ['randomWrite', () => open(at('g'), 'w+')],
        ['append', () => open(at('f'), 'a')],
        ['rename', () => os.replace(at('f'), at('g'))],
        ['rename', () => os.renames(at('f'), at('new/g'))],
        ['atomicReplace', () => openAtomic(at('f'))],
      ] as [string, () => Promise<unknown>][]) {
        const error = await rejection(call());
        expect(error.code, capability).to.equal('ERR_UNSUPPORTED_OPERATION');
        expect(error.message).to.include(`'${capability}'`);
      }
      expect(flat.files.calls).to.deep.equal([]);
    });

    it('rejects a sync that does not make content durable, and keeps what was written', async () => {
      let syncs = 0;
      const files = wrap(flat.files, {
        capabilities: { randomWrite: true },
        async open(path, flags, permissions) {
          const file = await flat.files.open(path, flags, permissions);
          return Object.assign(file, { sync: async () => void syncs++ });
        },
      });
      using _ = mount(prefix, files);
      await using file = await open(at('f'), 'w');
      await file.write('text');
      for (const refused of [file.sync(), file.datasync()]) {
        const error = await rejection(refused);
        expect(error.code).to.equal('ERR_UNSUPPORTED_OPERATION');
        expect(error.message).to.include("'flat'").and.to.include("'sync'");
      }
      await file.flush();
      expect([syncs, await readText(at('f'))]).to.deep.equal([0, 'text']);
    });

    it('publishes nothing if the opened file cannot be written', async () => {
      await writeFile(at('f'), 'old');
      const ended: unknown[] = [];
      // Makes what was written, and what was cut off, visible when it is closed.
      const readOnly = wrap(flat.files, {
        async open(path, flags, permissions, call) {
          const file = await flat.files.open(path, flags & ~O_TRUNC, permissions);
          return {
            pread: (size, position) => file.pread(size, position, call),
            stat: () => file.stat(call),
            close: async () => {
              if ((flags & O_TRUNC) !== 0) await os.truncate(at('f'), 0);
              return file.close();
            },
            abort: async (reason) => {
              ended.push(reason);
              return file.close();
            },
          };
        },
      });
      const attempts = [
        () => writeFile(at('f'), 'new'),
        () => writeFile(at('f'), ''),
        () => writeFile(at('f'), ['new']),
        () => appendFile(at('f'), ''),
        () => open(at('f'), 'w'),
        () => open(at('f'), 'r+'),
      ];
      for (const attempt of attempts) {
        const refused = mount(prefix, readOnly);
        const error = await rejection(attempt()).finally(() => refused.unmount());
        expect(error.code).to.equal('ERR_UNSUPPORTED_OPERATION');
        expect(error.message).to.include("'flat'");
        expect(ended.pop()).to.equal(error);
        expect(await readText(at('f'))).to.equal('old');
      }
      expect(flat.files.openFiles).to.equal(0);
    });

    it('writes files only from start to end without randomWrite', async () => {
      using _ = mount(prefix, wrap(flat.files, { capabilities: {} }));
      await using file = await open(at('f'), 'wb', { buffering: 0 });
      expect(await file.write(Buffer.from('one'))).to.equal(3);
      expect(await file.pwrite(Buffer.from(' two'), 3)).to.equal(4);
      for (const refused of [
        file.pwrite(Buffer.from('x'), 0),
        file.pwrite(Buffer.from('x'), 8),
        file.truncate(0),
      ])
        expect((await rejection(refused)).code).to.equal('ERR_UNSUPPORTED_OPERATION');
      await file.pwrite(Buffer.from(' three'), 7);
      expect(await readText(at('f'))).to.equal('one two three');
    });
  });
}
