// temporaryDirectory: what it removes, when, and what it says about the rest.
import { expect } from 'chai';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { tempfile } from 'uvfiles';

import { needsRoot, rejection, runProgram, scratchDirectory } from '../support/temp.js';

const { temporaryDirectory } = tempfile;

describe('temporaryDirectory', () => {
  const scratch = scratchDirectory();

  it('is an empty directory of mode 0700 with the given prefix and suffix', async () => {
    await using dir = await temporaryDirectory({ dir: scratch.path, prefix: 'a-', suffix: '.d' });
    expect(path.basename(dir.name)).to.match(/^a-[a-z2-7]{16}\.d$/);
    expect(String(dir)).to.equal(dir.name);
    expect(dir.toString()).to.equal(dir.name);
    expect(lstatSync(dir.name).mode & 0o7777).to.equal(0o700);
    expect(readdirSync(dir.name)).to.deep.equal([]);
  });

  it('is removed with everything in it by await using, cleanup and close', async () => {
    const ends = [
      async (dir: tempfile.TemporaryDirectory) => dir.cleanup(),
      async (dir: tempfile.TemporaryDirectory) => dir.close(),
      async (dir: tempfile.TemporaryDirectory) => dir[Symbol.asyncDispose](),
    ];
    for (const end of ends) {
      const dir = await temporaryDirectory({ dir: scratch.path });
      mkdirSync(path.join(dir.name, 'a/b/c'), { recursive: true });
      writeFileSync(path.join(dir.name, 'a/b/file'), 'x');
      symlinkSync('/etc', path.join(dir.name, 'a/link'));
      await end(dir);
      expect(scratch.list()).to.deep.equal([]);
    }
    expect(existsSync('/etc/passwd')).to.equal(true);
  });

  it('is cleaned up once, even by several calls at the same time', async () => {
    const dir = await temporaryDirectory({ dir: scratch.path });
    await Promise.all([dir.cleanup(), dir.close(), dir.cleanup()]);
    mkdirSync(dir.name);
    await dir.cleanup();
    await dir[Symbol.asyncDispose]();
    expect(existsSync(dir.name), 'what has its name later is somebody else’s').to.equal(true);
  });

  it('can be removed or renamed by the program', async () => {
    const removed = await temporaryDirectory({ dir: scratch.path });
    rmSync(removed.name, { recursive: true });
    await removed.cleanup();
    const renamed = await temporaryDirectory({ dir: scratch.path });
    renameSync(renamed.name, path.join(scratch.path, 'kept'));
    await renamed.cleanup();
    expect(scratch.list()).to.deep.equal(['kept']);
  });

  it('with delete: false is kept by await using and by the end of the process, and removed by cleanup', async () => {
    let kept: tempfile.TemporaryDirectory;
    {
      await using dir = await temporaryDirectory({ dir: scratch.path, delete: false });
      kept = dir;
    }
    expect(existsSync(kept.name)).to.equal(true);
    await kept.cleanup();
    expect(existsSync(kept.name)).to.equal(false);
    await runProgram(
      `import { tempfile } from 'uvfiles'; await tempfile.temporaryDirectory({ dir: ${JSON.stringify(scratch.path)}, delete: false });`,
    );
    expect(scratch.list().length).to.equal(1);
  });

  it('removes a symbolic link to a directory, and leaves what it leads to as it was', async () => {
    const outside = path.join(scratch.path, 'outside');
    mkdirSync(outside);
    writeFileSync(path.join(outside, 'file'), 'kept');
    chmodSync(outside, 0o500);
    chmodSync(path.join(outside, 'file'), 0o400);
    const dir = await temporaryDirectory({ dir: scratch.path });
    symlinkSync(outside, path.join(dir.name, 'link'));
    symlinkSync(path.join(outside, 'file'), path.join(dir.name, 'file-link'));
    await dir.cleanup();
    expect(readFileSync(path.join(outside, 'file'), 'utf8')).to.equal('kept');
    expect(lstatSync(outside).mode & 0o777).to.equal(0o500);
    expect(lstatSync(path.join(outside, 'file')).mode & 0o777).to.equal(0o400);
    chmodSync(outside, 0o700);
  });

  it('is not followed when it has been replaced by a link', async () => {
    const outside = path.join(scratch.path, 'outside');
    mkdirSync(outside);
    writeFileSync(path.join(outside, 'file'), 'kept');
    const dir = await temporaryDirectory({ dir: scratch.path });
    rmSync(dir.name, { recursive: true });
    symlinkSync(outside, dir.name);
    expect(await rejection(dir.cleanup())).to.include({ code: 'ENOTDIR', path: dir.name });
    expect(readFileSync(path.join(outside, 'file'), 'utf8')).to.equal('kept');
    rmSync(dir.name);
    await dir.cleanup();
  });

  it('removes read-only directories and files, and those of mode 0000', async () => {
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const dir = await tempfile.temporaryDirectory({ dir: ${JSON.stringify(scratch.path)} });
       for (const mode of [0o000, 0o100, 0o200, 0o300, 0o400, 0o500, 0o600]) {
         const inner = dir.name + '/' + mode.toString(8);
         fs.mkdirSync(inner + '/deeper', { recursive: true });
         for (const file of [inner + '/file', inner + '/deeper/file']) { fs.writeFileSync(file, 'x'); fs.chmodSync(file, mode); }
         fs.chmodSync(inner + '/deeper', mode); fs.chmodSync(inner, mode);
       }
       fs.chmodSync(dir.name, 0);
       await dir.cleanup();
       console.log(fs.existsSync(dir.name));`,
      { unprivileged: true },
    );
    expect({ stdout: stdout.trim(), stderr }).to.deep.equal({ stdout: 'false', stderr: '' });
  });

  // What root has put into a directory of its own stays, whatever an unprivileged owner of the tree tries.
  const obstruct = (dir: string): void => {
    mkdirSync(path.join(dir, 'of-root'));
    writeFileSync(path.join(dir, 'of-root/file'), '');
  };

  it('reports what it could not remove, continues with the rest, and tries again in the next call', async function () {
    needsRoot(this);
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const told = () => new Promise((resolve) => process.stdin.once('data', resolve));
       const dir = await tempfile.temporaryDirectory({ dir: ${JSON.stringify(scratch.path)} });
       fs.writeFileSync(dir.name + '/other', '');
       console.log(dir.name);
       await told();
       const error = await dir.cleanup().catch((error) => error);
       console.log(error.code, error.syscall, error.path.slice(dir.name.length), fs.readdirSync(dir.name));
       console.log('again');
       await told();
       await dir.cleanup();
       console.log(fs.existsSync(dir.name));
       process.exit();`,
      {
        unprivileged: true,
        onLine: (line, child) => {
          if (path.isAbsolute(line)) obstruct(line);
          else if (line === 'again')
            rmSync(path.join(scratch.path, scratch.list()[0] as string, 'of-root'), { recursive: true });
          else return;
          child.stdin?.write('go\n');
        },
      },
    );
    expect(stderr).to.equal('');
    expect(stdout.trim().split('\n').slice(1)).to.deep.equal([
      "EACCES unlink /of-root/file [ 'of-root' ]",
      'again',
      'false',
    ]);
  });

  it('resolves with ignoreCleanupErrors even if something stays', async function () {
    needsRoot(this);
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const dir = await tempfile.temporaryDirectory({ dir: ${JSON.stringify(scratch.path)}, ignoreCleanupErrors: true });
       fs.writeFileSync(dir.name + '/other', '');
       console.log(dir.name);
       await new Promise((resolve) => process.stdin.once('data', resolve));
       await dir.cleanup();
       console.log(fs.readdirSync(dir.name));
       await new Promise((resolve) => process.stdin.once('data', resolve));
       await dir.cleanup(); // it did not succeed, so it is not over
       console.log(fs.existsSync(dir.name));
       process.exit();`,
      {
        unprivileged: true,
        onLine: (line, child) => {
          if (path.isAbsolute(line)) obstruct(line);
          else if (line.startsWith('['))
            rmSync(path.join(scratch.path, scratch.list()[0] as string, 'of-root'), { recursive: true });
          else return;
          child.stdin?.write('go\n');
        },
      },
    );
    expect(stderr).to.equal('');
    expect(stdout.trim().split('\n').slice(1)).to.deep.equal(["[ 'of-root' ]", 'false']);
  });

  it('is not removed by garbage collection, but at the end of the process', async () => {
    const { stdout } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const collected = new Promise((resolve) => { globalThis.registry = new FinalizationRegistry(resolve); });
       const name = await (async () => {
         const directory = await tempfile.temporaryDirectory({ dir: ${JSON.stringify(scratch.path)} });
         registry.register(directory, 'gone');
         return directory.name;
       })();
       const collecting = setInterval(() => globalThis.gc(), 5);
       console.log(await collected, fs.existsSync(name));
       clearInterval(collecting);`,
      { args: ['--expose-gc', '--no-warnings'] },
    );
    expect(stdout.trim()).to.equal('gone true');
    expect(scratch.list()).to.deep.equal([]);
  });

  it('rejects options that must be booleans', async () => {
    const bad = temporaryDirectory as (o: unknown) => Promise<unknown>;
    expect((await rejection(bad({ delete: 1 }))).code).to.equal('ERR_INVALID_ARG_TYPE');
    expect((await rejection(bad({ ignoreCleanupErrors: 'no' }))).code).to.equal('ERR_INVALID_ARG_TYPE');
  });

  it('keeps the process alive no longer than its work', async () => {
    const { code } = await runProgram(
      `import { tempfile } from 'uvfiles'; await tempfile.temporaryDirectory({ dir: ${JSON.stringify(scratch.path)} });`,
    );
    expect(code).to.equal(0);
    expect(scratch.list()).to.deep.equal([]);
  });
});
