// temporaryFile and namedTemporaryFile: their handles, when their names exist, and when they are removed.
import { expect } from 'chai';
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { BinaryFile, RawFile, tempfile, TextFile } from 'uvfiles';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { rejection, runProgram, scratchDirectory } from '../support/temp.js';

const { namedTemporaryFile, temporaryFile } = tempfile;

for (const [title, make] of Object.entries({ temporaryFile, namedTemporaryFile })) {
  describe(title, () => {
    const scratch = scratchDirectory();

    it('is a BinaryFile for reading and writing by default', async () => {
      await using file = await make({ dir: scratch.path });
      expect(file).to.be.an.instanceOf(BinaryFile);
      expect(file.readable() && file.writable()).to.equal(true);
      await file.write(Buffer.from('hello\nworld\n'));
      expect(await file.tell()).to.equal(12);
      await file.seek(0);
      expect((await file.readline()).toString()).to.equal('hello\n');
      expect((await file.read()).toString()).to.equal('world\n');
      expect((await file.pread(5, 6)).toString()).to.equal('world');
      expect((await file.stat()).size).to.equal(12);
    });

    it('names the call and the path if it cannot be made', async () => {
      const missing = path.join(scratch.path, 'missing');
      const error = await rejection(make({ dir: missing }));
      expect(error).to.include({ code: 'ENOENT', syscall: 'open' });
      expect(error.path).to.match(/^.*missing/);
      expect(error.message).to.equal(`ENOENT: no such file or directory, open '${error.path}'`);
    });

    it('is not made if its timeout has passed, and its calls reject', async () => {
      const late = { timeout: 0 };
      expect((await rejection(make({ dir: scratch.path, ...late }))).code).to.equal('ERR_TIMEOUT');
      expect(readdirSync(scratch.path)).to.deep.equal([]);
      await using file = await make({ dir: scratch.path, mode: 'w+b', buffering: 0 });
      expect((await rejection(file.read(1, late))).code).to.equal('ERR_TIMEOUT');
      expect((await rejection(file.write(Buffer.from('x'), late))).code).to.equal('ERR_TIMEOUT');
      expect((await rejection(file.seek(1, 0, late))).code).to.equal('ERR_TIMEOUT');
      expect(await file.tell()).to.equal(0);
    });

    it('follows its mode: text, raw, and appending', async () => {
      await using text = await make({
        dir: scratch.path,
        mode: 'w+',
        encoding: 'utf-16-le',
        newline: '\r\n',
      });
      expect(text).to.be.an.instanceOf(TextFile);
      expect(await text.write('å\n')).to.equal(2);
      await text.flush();
      expect((await text.stat()).size).to.equal(6);
      await text.seek(0);
      expect(await text.read()).to.equal('å\r\n');

      await using raw = await make({ dir: scratch.path, mode: 'r+b', buffering: 0 });
      expect(raw).to.be.an.instanceOf(RawFile);
      await raw.write(Buffer.from('abc'));
      expect((await raw.pread(9, 0)).toString()).to.equal('abc');

      await using appending = await make({ dir: scratch.path, mode: 'a+b' });
      await appending.write(Buffer.from('one'));
      await appending.flush();
      await appending.seek(0);
      await appending.write(Buffer.from('two'));
      await appending.flush();
      expect((await appending.pread(9, 0)).toString()).to.equal('onetwo');
    });

    it('rejects a bad mode and options that do not fit it, and creates nothing', async () => {
      const before = await openDescriptors();
      const bad = make as (o: unknown) => Promise<unknown>;
      for (const o of [
        { mode: 'rw' },
        { mode: '' },
        { mode: 'w+b', encoding: 'utf-8' },
        { mode: 'w+', buffering: 0 },
        { mode: 'w', newline: 'x' },
      ]) {
        expect((await rejection(bad({ dir: scratch.path, ...o }))).code).to.equal('ERR_INVALID_ARG_VALUE');
      }
      expect((await rejection(bad({ dir: scratch.path, mode: 'w', encoding: 'nonsense' }))).code).to.equal(
        'ERR_UNKNOWN_ENCODING',
      );
      expect(scratch.list()).to.deep.equal([]);
      await expectDescriptors(before);
    });

    it('leaves neither name nor descriptor behind, a thousand at once', async () => {
      await (await make({ dir: scratch.path })).close(); // opens the descriptors that the process keeps
      const before = await openDescriptors();
      const files = await Promise.all(
        Array.from({ length: 1000 }, async (_, i) => {
          const file = await make({ dir: scratch.path });
          await file.write(Buffer.from(`file ${i}`));
          return file;
        }),
      );
      await Promise.all(files.map((file) => file.flush()));
      const contents = await Promise.all(files.map((file) => file.pread(20, 0)));
      expect(contents.every((bytes, i) => bytes.toString() === `file ${i}`)).to.equal(true);
      await Promise.all(files.map((file) => file.close()));
      expect(scratch.list()).to.deep.equal([]);
      await expectDescriptors(before);
    });

    it('can be closed twice', async () => {
      const file = await make({ dir: scratch.path });
      await Promise.all([file.close(), file.close()]);
      await file.close();
      expect(file.closed).to.equal(true);
      expect((await rejection(file.read())).code).to.equal('ERR_FILE_CLOSED');
    });
  });
}

describe('a temporary file without a name', () => {
  const scratch = scratchDirectory();

  it('is in no directory while it is open', async () => {
    await using file = await temporaryFile({ dir: scratch.path });
    await file.write(Buffer.from('x'));
    await file.flush();
    expect(scratch.list()).to.deep.equal([]);
    expect((await file.stat()).nlink).to.equal(0);
    expect(file.name).to.equal(file.fileno());
  });

  it('works where the file system has no O_TMPFILE', async function () {
    // procfs takes no files at all: the error is then that of the named file.
    expect(await rejection(temporaryFile({ dir: '/proc' }))).to.include({ code: 'ENOENT', syscall: 'open' });
    this.timeout(240_000);
  });
});

describe('a named temporary file', () => {
  const scratch = scratchDirectory();

  it('can be opened by its name, and is removed by close', async () => {
    const file = await namedTemporaryFile({ dir: scratch.path, prefix: 'a-', suffix: '.txt' });
    expect(path.basename(file.name)).to.match(/^a-[a-z2-7]{16}\.txt$/);
    expect(path.dirname(file.name)).to.equal(scratch.path);
    await file.write(Buffer.from('seen'));
    await file.flush();
    expect(readFileSync(file.name, 'utf8')).to.equal('seen');
    expect(statSync(file.name).mode & 0o777).to.equal(0o600);
    await file.close();
    expect(existsSync(file.name)).to.equal(false);
  });

  it('writes buffered data before it is removed, so a hard link has every byte', async () => {
    for (const mode of ['w+b', 'a+b'] as const) {
      const file = await namedTemporaryFile({ dir: scratch.path, mode });
      await file.write(Buffer.from('head '));
      await file.flush();
      await file.write(Buffer.from('tail'));
      const kept = path.join(scratch.path, 'kept');
      linkSync(file.name, kept);
      await file.close();
      expect(readFileSync(kept, 'utf8')).to.equal('head tail');
      expect(scratch.list()).to.deep.equal(['kept']);
      unlinkSync(kept);
    }
  });

  it('closes after all earlier calls, including unawaited ones', async () => {
    const file = await namedTemporaryFile({ dir: scratch.path });
    const kept = path.join(scratch.path, 'kept');
    linkSync(file.name, kept);
    const calls = [
      file.write(Buffer.from('one ')),
      file.pwrite(Buffer.from('ONE'), 0),
      file.write(Buffer.from('two')),
      file.pread(3, 0),
    ];
    await file.close();
    await Promise.all(calls);
    expect(readFileSync(kept, 'utf8')).to.match(/^(one|ONE) two$/);
    unlinkSync(kept);
  });

  it('can be removed, renamed or replaced before it is closed', async () => {
    const removed = await namedTemporaryFile({ dir: scratch.path });
    unlinkSync(removed.name);
    await removed.close();
    const renamed = await namedTemporaryFile({ dir: scratch.path });
    renameSync(renamed.name, path.join(scratch.path, 'published'));
    await renamed.close();
    expect(scratch.list()).to.deep.equal(['published']);
  });

  it('with delete: false is never removed', async () => {
    const names: string[] = [];
    {
      await using file = await namedTemporaryFile({ dir: scratch.path, delete: false });
      names.push(file.name);
    }
    {
      await using file = await namedTemporaryFile({ dir: scratch.path, delete: false, deleteOnClose: false });
      names.push(file.name);
      await file.close();
    }
    expect(scratch.list().sort()).to.deep.equal(names.map((name) => path.basename(name)).sort());
  });

  it('with deleteOnClose: false stays after close until it is disposed of', async () => {
    for (const mode of ['w+b', 'w+'] as const) {
      let name = '';
      {
        await using file = await namedTemporaryFile({
          dir: scratch.path,
          mode: mode as 'w+',
          deleteOnClose: false,
        });
        ({ name } = file);
        await file.write(mode === 'w+' ? 'text' : (Buffer.from('text') as never));
        await file.close();
        expect(readFileSync(name, 'utf8')).to.equal('text');
        writeFileSync(name, 'somebody else has it now');
      }
      expect(existsSync(name)).to.equal(false);
    }
  });

  it('is disposed of once, whether it was closed, removed by hand, or neither', async () => {
    const file = await namedTemporaryFile({ dir: scratch.path, deleteOnClose: false });
    await file[Symbol.asyncDispose]();
    expect(scratch.list()).to.deep.equal([]);
    await file[Symbol.asyncDispose]();
    const gone = await namedTemporaryFile({ dir: scratch.path, deleteOnClose: false });
    unlinkSync(gone.name);
    await gone[Symbol.asyncDispose]();
  });

  it('is removed once, and not a later file of the same name', async () => {
    for (const deleteOnClose of [true, false]) {
      const file = await namedTemporaryFile({ dir: scratch.path, deleteOnClose });
      await Promise.all([file[Symbol.asyncDispose](), file[Symbol.asyncDispose]()]);
      writeFileSync(file.name, 'theirs');
      await file.close();
      await file[Symbol.asyncDispose]();
      expect(readFileSync(file.name, 'utf8')).to.equal('theirs');
      unlinkSync(file.name);
    }
  });

  it('is removed when the block that uses it throws', async () => {
    const thrown = new Error('mine');
    const error = await rejection(
      (async () => {
        await using file = await namedTemporaryFile({ dir: scratch.path });
        await file.write(Buffer.from('x'));
        throw thrown;
      })(),
    );
    expect(error).to.equal(thrown);
    expect(scratch.list()).to.deep.equal([]);
  });

  it('is removed by the layer that is closed after a detach', async () => {
    const text = await namedTemporaryFile({ dir: scratch.path, mode: 'w+' });
    await text.write('detached');
    const raw = text.detach().detach();
    expect(scratch.list().length).to.equal(1);
    await raw.close();
    expect(scratch.list()).to.deep.equal([]);
  });

  it('is removed with a warning when its handle is garbage collected', async () => {
    const { stdout } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const dir = ${JSON.stringify(scratch.path)};
       const warned = new Promise((resolve) => process.on('warning', resolve));
       await (async () => { await (await tempfile.namedTemporaryFile({ dir })).write(Buffer.from('x')); })();
       const collecting = setInterval(() => globalThis.gc(), 5);
       const { code } = await warned;
       while (fs.readdirSync(dir).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
       clearInterval(collecting);
       console.log(code);`,
      { args: ['--expose-gc', '--no-warnings'] },
    );
    expect(stdout.trim()).to.equal('UVFILES_UNCLOSED');
  });

  it('rejects options that must be booleans', async () => {
    const bad = namedTemporaryFile as (o: unknown) => Promise<unknown>;
    expect((await rejection(bad({ delete: 1 }))).code).to.equal('ERR_INVALID_ARG_TYPE');
    expect((await rejection(bad({ deleteOnClose: 'no' }))).code).to.equal('ERR_INVALID_ARG_TYPE');
  });

  it('iterates over its lines', async () => {
    await using file = await namedTemporaryFile({ dir: scratch.path, mode: 'w+' });
    await file.writelines(['one\n', 'two\n', 'three']);
    await file.seek(0);
    const lines: string[] = [];
    for await (const line of file) lines.push(line);
    expect(lines).to.deep.equal(['one\n', 'two\n', 'three']);
  });
});
