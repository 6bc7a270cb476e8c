// The package's command line, as `npx uvfiles` runs it.
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { Folder } from '../support/files.js';
import { skip } from '../support/skip.js';

const root = path.resolve(path.dirname(createRequire(import.meta.url).resolve('uvfiles')), '../..');
const program = path.join(root, 'bin/uvfiles.mjs');

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** `output`: a pipe that is read, one that nobody reads, or a descriptor, which is closed. */
function run(
  args: string[],
  env: NodeJS.ProcessEnv = {},
  file = program,
  output: 'read' | 'closed' | number = 'read',
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', typeof output === 'number' ? output : 'pipe', 'pipe'],
    });
    if (typeof output === 'number') fs.closeSync(output);
    const outcome = { out: '', err: '' };
    if (output === 'closed') child.stdout?.destroy();
    else child.stdout?.on('data', (data: Buffer) => (outcome.out += data.toString()));
    child.stderr?.on('data', (data: Buffer) => (outcome.err += data.toString()));
    child.once('close', (code) => {
      resolve({ code, ...outcome });
    });
  });
}

describe('uvfiles on the command line', () => {
  it('lists its commands', async () => {
    const { code, out } = await run(['--help']);
    expect(code).to.equal(0);
    for (const each of ['doctor', 'bench', 'build']) expect(out).to.match(new RegExp(`^ +${each} `, 'm'));
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    expect(await run(['--version'])).to.deep.equal({ code: 0, out: `${version}\n`, err: '' });
  });

  for (const command of ['doctor', 'bench', 'build']) {
    it(`explains ${command}`, async () => {
      const { code, out } = await run([command, '--help']);
      expect(code).to.equal(0);
      expect(out).to.match(/^Usage: /);
    });
  }

  const wrong: Record<string, string[]> = {
    'no command': [],
    'a command that is none': ['doktor'],
    'an option that is none': ['doctor', '--jason'],
    'a path too many': ['doctor', '.', '.'],
    'a path that does not exist': ['doctor', '/no/such/path'],
    'a file to make a directory in': ['bench', program],
    'no number of seconds': ['bench', '--seconds', 'many'],
    'an option that build does not have': ['build', '--nodedirs=/usr'],
    'an argument that build does not take': ['build', 'linux-x64'],
    'a path that looks like an option': ['doctor', '--', '--help'],
  };
  for (const [what, args] of Object.entries(wrong)) {
    it(`exits with 2 for ${what}, and explains it on standard error`, async () => {
      const { code, out, err } = await run(args);
      expect(code).to.equal(2);
      expect(out).to.equal('');
      expect(err).to.match(/uvfiles/);
    });
  }
});

describe('uvfiles doctor', () => {
  const folder = new Folder();

  it('reports what works on the file system of a directory, and leaves no files there', async () => {
    const place = folder.at('place');
    fs.mkdirSync(place);
    const { code, out } = await run(['doctor', place, '--json']);
    const report = JSON.parse(out);
    expect(code).to.equal(0);
    expect(report.works).to.equal(true);
    expect(report.system.platform).to.equal(`${process.platform}-${process.arch}`);
    expect(fs.existsSync(report.binary.file)).to.equal(true);
    expect(report.pool.threads).to.be.greaterThan(0);
    expect(report.path).to.include({
      path: fs.realpathSync(place),
      writable: true,
      locks: 'yes',
      atomicReplace: 'yes',
    });
    expect(fs.readdirSync(place)).to.deep.equal([]);
  });

  it('tests the directory of a file', async () => {
    const { code, out } = await run(['doctor', folder.put('file', 'text'), '--json']);
    expect(code).to.equal(0);
    expect(JSON.parse(out).path.reads.of).to.be.greaterThan(0);
  });

  it('reports why cached data is read through the pool', async () => {
    const { out } = await run(['doctor', folder.at('.')], { UVFILES_INLINE: '0' });
    if (process.platform === 'linux') expect(out).to.match(/inline path \.+ off: UVFILES_INLINE=0/);
    expect(out).to.match(/cached reads \.+ 0 of \d+/);
  });

  it('advises more threads if the pool is small', async () => {
    const { out } = await run(['doctor', folder.at('.'), '--json'], { UV_THREADPOOL_SIZE: '1' });
    const { advice, pool } = JSON.parse(out);
    expect(pool).to.include({ threads: 1, configured: '1' });
    expect(advice.join('\n')).to.match(/UV_THREADPOOL_SIZE/);
  });

  it('ends without an error when nobody reads its output any more', async () => {
    const { code, err } = await run(['doctor', folder.at('.')], {}, program, 'closed');
    expect(err).to.equal('');
    expect(code).to.equal(0);
  });

  it('exits with 1 and the reason when its output cannot be written', async function () {
    if (!fs.existsSync('/dev/full')) skip(this, 'this system has no /dev/full');
    const { code, err } = await run(['doctor', folder.at('.')], {}, program, fs.openSync('/dev/full', 'w'));
    expect(err).to.match(/^uvfiles doctor: ENOSPC.*\n$/);
    expect(code).to.equal(1);
  });

  it('prints text without colours if there is no terminal', async () => {
    const { code, out } = await run(['doctor', folder.at('.')]);
    expect(code).to.equal(0);
    expect(out)
      .to.match(/uvfiles works here/)
      .and.not.include('\x1b');
  });

  it('exits with 1, the reason and the remedy if no binary can be loaded', async () => {
    const bare = folder.at('bare');
    for (const each of ['bin', 'dist/lib', 'package.json']) {
      fs.cpSync(path.join(root, each), path.join(bare, each), { recursive: true });
    }
    const file = path.join(bare, 'bin/uvfiles.mjs');
    const { code, out } = await run(['doctor', '--json'], {}, file);
    const report = JSON.parse(out);
    expect(code).to.equal(1);
    expect(report.works).to.equal(false);
    expect(report.binary.error).to.match(/no native addon/);
    expect(report.advice).to.deep.equal(['Build a binary for this system: npx uvfiles build']);
    expect((await run(['doctor'], {}, file)).out).to.match(/uvfiles does not work here/);
  });
});

describe('uvfiles bench', () => {
  const folder = new Folder();

  it('compares with fs.promises, and leaves nothing behind', async () => {
    const place = folder.at('bench');
    fs.mkdirSync(place);
    const { code, out, err } = await run(['bench', place, '--seconds', '1', '--json']);
    expect(err).to.equal('');
    expect(code).to.equal(0);
    const { results, verdict } = JSON.parse(out);
    expect(results.length).to.be.greaterThan(5);
    for (const each of results) {
      expect(each.ratio).to.be.greaterThan(0);
      expect(each.uvfiles.p99Ns).to.be.at.least(each.uvfiles.p50Ns);
    }
    expect(verdict).to.match(/^On this disk, uvfiles /);
    expect(fs.readdirSync(place)).to.deep.equal([]);
  });

  it('prints a table and a verdict', async () => {
    const { code, out } = await run(['bench', folder.at('.'), '--seconds', '1']);
    expect(code).to.equal(0);
    expect(out)
      .to.match(/in flight +uvfiles +fs\.promises/)
      .and.match(/^On this disk, uvfiles /m);
  });
});
