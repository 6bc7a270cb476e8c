// cp of a tree to a path that does not exist creates the same tree as Node's cp, for any content.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import nodeFs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import fs from 'uvfiles/promises';

import { skip } from '../support/skip.js';

const onPosix = process.platform === 'win32' ? describe.skip : describe;

onPosix('promises.cp of a tree to a place where nothing is', () => {
  let top: string;
  const at = (name: string): string => path.join(top, name);

  beforeEach(() => {
    top = mkdtempSync(path.join(tmpdir(), 'uvfiles-cp-'));
  });
  afterEach(async () => {
    await nodeFs.chmod(at('tree/read-only'), 0o755).catch(() => undefined);
    rmSync(top, { recursive: true, force: true });
  });

  /** Names, modes and contents below `tree`. */
  async function found(tree: string): Promise<string[]> {
    const lines: string[] = [];
    for (const entry of await nodeFs.readdir(tree, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      const { mode } = await nodeFs.lstat(file);
      const content = entry.isSymbolicLink()
        ? await nodeFs.readlink(file)
        : entry.isFile()
          ? await nodeFs.readFile(file, 'latin1')
          : '';
      lines.push(`${path.relative(tree, file)} ${mode.toString(8)} ${content}`);
    }
    lines.push((await nodeFs.stat(tree)).mode.toString(8));
    return lines.sort();
  }

  /** More files than one block has, of all modes, and directories, links and empty ones. */
  async function plant(): Promise<void> {
    mkdirSync(at('tree/deep/er/est'), { recursive: true });
    mkdirSync(at('tree/empty'));
    mkdirSync(at('tree/read-only'));
    for (let index = 0; index < 150; index++)
      await nodeFs.writeFile(at(`tree/${index}`), `content ${index}`, {
        mode: index % 2 === 0 ? 0o644 : 0o755,
      });
    for (const [index, mode] of [0o400, 0o600, 0o666, 0o777, 0o444, 0o4755, 0o2750].entries()) {
      writeFileSync(at(`tree/deep/${index}`), `${index}`);
      await nodeFs.chmod(at(`tree/deep/${index}`), mode);
    }
    writeFileSync(at('tree/deep/er/nothing'), '');
    writeFileSync(at('tree/deep/er/est/large'), Buffer.alloc(3_000_000, 'large'));
    writeFileSync(at('tree/read-only/file'), 'x');
    symlinkSync('0', at('tree/relative'));
    symlinkSync('/nowhere', at('tree/deep/absolute'));
    await nodeFs.chmod(at('tree/read-only'), 0o555);
    await nodeFs.chmod(at('tree/empty'), 0o1777);
  }

  for (const verbatimSymlinks of [false, true])
    it(`creates what Node creates, with verbatimSymlinks ${verbatimSymlinks}`, async () => {
      await plant();
      const options = { recursive: true, verbatimSymlinks };
      await nodeFs.cp(at('tree'), at('by-node'), options);
      const copying: Promise<unknown> = fs.cp(at('tree'), at('by-us'), options);
      expect(await copying).to.equal(undefined);
      expect(await found(at('by-us'))).to.deep.equal(await found(at('by-node')));
      await nodeFs.chmod(at('by-node/read-only'), 0o755);
      await nodeFs.chmod(at('by-us/read-only'), 0o755);
    });

  it('copies modes that the umask would clear', async () => {
    await plant();
    const program = `
      process.umask(0o077);
      require('uvfiles/promises').cp(${JSON.stringify(at('tree'))}, ${JSON.stringify(at('copy'))}, { recursive: true });`;
    execFileSync(process.execPath, ['-e', program]);
    expect((await found(at('copy'))).filter((line) => !line.startsWith('relative'))).to.deep.equal(
      (await found(at('tree'))).filter((line) => !line.startsWith('relative')),
    );
    await nodeFs.chmod(at('copy/read-only'), 0o755);
  });

  it('copies files whose names are not UTF-8', async function () {
    mkdirSync(at('tree'));
    const name = Buffer.concat([Buffer.from(`${at('tree')}/`), Buffer.from([0xff, 0x41])]);
    try {
      writeFileSync(name, 'odd');
    } catch {
      skip(this, 'the file system accepts only names that are UTF-8');
    }
    await fs.cp(at('tree'), at('copy'), { recursive: true });
    expect(await nodeFs.readdir(at('copy'), { encoding: 'buffer' })).to.deep.equal([
      Buffer.from([0xff, 0x41]),
    ]);
  });

  it('rejects with the path of what cannot be copied, and leaves nothing running', async () => {
    mkdirSync(at('tree/deep'), { recursive: true });
    for (let index = 0; index < 100; index++) writeFileSync(at(`tree/${index}`), 'x');
    execFileSync('mkfifo', [at('tree/deep/fifo')]);
    const error = await fs.cp(at('tree'), at('copy'), { recursive: true }).then(
      () => undefined,
      (reason: unknown) => reason as NodeJS.ErrnoException,
    );
    expect(error?.code).to.equal('ERR_FS_CP_FIFO_PIPE');
    rmSync(at('copy'), { recursive: true });
  });

  it('copies to two targets at the same time', async () => {
    await plant();
    await Promise.all(['one', 'two'].map((name) => fs.cp(at('tree'), at(name), { recursive: true })));
    expect(await found(at('one'))).to.deep.equal(await found(at('two')));
    for (const name of ['one', 'two']) await nodeFs.chmod(at(`${name}/read-only`), 0o755);
  });
});
