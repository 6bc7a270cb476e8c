// The package as users load it: every subpath loads with import and with require, and both return the same values.
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import ts from 'typescript';
import { skip } from '../support/skip.js';

const require = createRequire(import.meta.url);
const root = path.dirname(require.resolve('uvfiles/package.json'));

interface Target {
  types: string;
  default: string;
}
interface Manifest {
  main: string;
  types: string;
  typesVersions: Record<string, Record<string, string[]>>;
  exports: Record<string, string | { import: Target; require: Target }>;
}
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

/** The functions that Node 20 to 26, Bun and Deno all have. A call of any other one ends the process in one of these runtimes. */
const UV_EVERYWHERE = ['uv_queue_work', 'uv_async_init', 'uv_async_send', 'uv_close', 'uv_ref', 'uv_unref'];

describe('the package', () => {
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') continue;
    const name = path.posix.join('uvfiles', subpath);

    it(`${name} exports the same values to import and to require`, async () => {
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

  it('names functions and classes in stack traces as it exports them', () => {
    const others: Record<string, string> = { remove: 'unlink', replace: 'rename' };
    for (const subpath of [
      'uvfiles',
      'uvfiles/os',
      'uvfiles/path',
      'uvfiles/tempfile',
      'uvfiles/filesystem',
    ]) {
      for (const [key, value] of Object.entries(require(subpath) as Record<string, unknown>)) {
        if (typeof value === 'function') expect(value.name).to.equal(others[key] ?? key);
      }
    }
  });

  it('loads two files and the addon for most programs, and the rest on first use', () => {
    const program = `
      const loaded = () => Object.keys(require.cache).map((file) => require('node:path').basename(file));
      (async () => {
        const { open, os, readText } = await import('uvfiles');
        await readText('package.json');
        await os.stat('package.json');
        const file = await open('package.json');
        for await (const line of file) break;
        await file.close();
        const before = loaded();
        for await (const path of os.glob('package.json')) break;
        console.log(JSON.stringify([before, loaded()]));
      })();`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: root, encoding: 'utf8' });
    expect(stderr).to.equal('');
    const [before, after] = JSON.parse(stdout) as [string[], string[]];
    expect(before).to.have.members(['index.js', 'uvfiles.js', 'uvfiles.node']);
    expect(after).to.have.members(['index.js', 'uvfiles.js', 'uvfiles.node', 'later.js']);
  });

  it('loads, and exports only its own names, after Object.prototype was extended', () => {
    const program = `
      Object.prototype.extension = 'of a program';
      const names = ['uvfiles', 'uvfiles/os', 'uvfiles/promises', 'uvfiles/s3', 'uvfiles/testing'];
      console.log(names.filter((name) => Object.hasOwn(require(name), 'extension')).join());`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: root, encoding: 'utf8' });
    expect({ stdout, stderr }).to.deep.equal({ stdout: '\n', stderr: '' });
  });

  it('has no string with a line end, which a bundler that indents lines would change', () => {
    for (const name of ['uvfiles', 'later', 'more']) {
      const code = readFileSync(path.join(root, `dist/lib/shared/${name}.js`), 'utf8');
      const broken: string[] = [];
      const visit = (node: ts.Node): void => {
        if (ts.isStringLiteral(node) && node.getText().includes('\n')) broken.push(node.text);
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(name, code, ts.ScriptTarget.ES2022, true));
      expect(broken, name).to.deep.equal([]);
    }
  });

  it('has a main entry for tools that do not read exports', () => {
    expect(require.resolve('uvfiles')).to.equal(path.join(root, manifest.main));
    expect(existsSync(path.join(root, manifest.types))).to.equal(true);
  });

  it('has types of every subpath for compilers that do not read exports', () => {
    const required = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
      typeof target === 'string' || subpath === '.' ? [] : [[subpath.slice(2), [target.require.types]]],
    );
    expect(manifest.typesVersions).to.deep.equal({ '*': Object.fromEntries(required) });
  });

  it('uses only functions of libuv that every runtime has', function () {
    const addon = path.join(root, 'build/Release/uvfiles.node');
    const { status, stdout } = spawnSync('nm', ['-D', '--undefined-only', addon], { encoding: 'utf8' });
    if (status !== 0) skip(this, 'nm of binutils cannot read the addon here');
    const imported = stdout.split('\n').map((line) => line.trim().split(' ').at(-1) ?? '');
    const fromLibuv = imported.filter((name) => name.startsWith('uv_'));
    expect(fromLibuv).to.include('uv_queue_work');
    expect(UV_EVERYWHERE).to.include.members(fromLibuv);
  });
});
