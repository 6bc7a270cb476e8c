// The package as its users meet it: every subpath loads with import and with require, and both give the same things.
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const root = path.dirname(require.resolve('uvfiles/package.json'));

interface Target {
  types: string;
  default: string;
}
interface Manifest {
  main: string;
  types: string;
  exports: Record<string, string | { import: Target; require: Target }>;
}
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

/** What Node 20 to 26, Bun and Deno all have; a call of anything else ends the process in one of them. */
const UV_EVERYWHERE = ['uv_queue_work', 'uv_async_init', 'uv_async_send', 'uv_close', 'uv_ref', 'uv_unref'];

describe('the package', () => {
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') continue;
    const name = path.posix.join('uvfiles', subpath);

    it(`${name} gives the same values to import and to require`, async () => {
      const imported = (await import(name)) as Record<string, unknown>;
      const required = require(name) as Record<string, unknown>;
      expect(Object.keys(imported)).to.be.an('array').that.is.not.empty;
      expect(Object.keys(imported).sort()).to.deep.equal(Object.keys(required).sort());
      for (const key of Object.keys(imported)) expect(imported[key], key).to.equal(required[key]);
    });

    it(`${name} has every file that package.json names for it`, () => {
      for (const file of [target.import, target.require].flatMap((each) => [each.types, each.default])) {
        expect(existsSync(path.join(root, file)), file).to.equal(true);
      }
    });
  }

  it('has its main entry for tools that do not read exports', () => {
    expect(require.resolve('uvfiles')).to.equal(path.join(root, manifest.main));
    expect(existsSync(path.join(root, manifest.types))).to.equal(true);
  });

  it('takes nothing from libuv but what every runtime has', function () {
    const addon = path.join(root, 'build/Release/uvfiles.node');
    const { status, stdout } = spawnSync('nm', ['-D', '--undefined-only', addon], { encoding: 'utf8' });
    if (status !== 0) {
      console.log('      skipped: nm of binutils cannot read the addon here');
      this.skip();
    }
    const imported = stdout.split('\n').map((line) => line.trim().split(' ').at(-1) ?? '');
    const fromLibuv = imported.filter((name) => name.startsWith('uv_'));
    expect(fromLibuv).to.include('uv_queue_work');
    expect(UV_EVERYWHERE).to.include.members(fromLibuv);
  });
});
