// What `npm pack` and `npm publish` refuse: packages that lack what package.json names or what their guides link to.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { faultsOfPackage } from '../../scripts/support/package-contents.js';
import { needsNpm } from '../support/package.js';

describe('the gate before packing', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'uvfiles-pack-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Faults of a package with this package.json and these files. */
  function faults(manifest: object, files: Record<string, string>): string[] {
    for (const [name, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    return faultsOfPackage(folder, ['package.json', ...Object.keys(files)]);
  }

  it('accepts a complete package', () => {
    const manifest = {
      main: './dist/a.js',
      bin: { tool: 'bin/tool.mjs' },
      exports: { '.': { import: { types: './dist/a.d.ts', default: './dist/a.js' } } },
      files: ['dist', 'bin', '!dist/secret.js'],
    };
    const files = { 'dist/a.js': '', 'dist/a.d.ts': '', 'bin/tool.mjs': '', 'README.md': '[it](dist/a.js)' };
    expect(faults(manifest, files)).to.deep.equal([]);
  });

  it('names each target of package.json that is missing, however deep', () => {
    const manifest = {
      main: './dist/main.js',
      types: './dist/main.d.ts',
      bin: { tool: 'bin/tool.mjs' },
      exports: { '.': './dist/a.js', './os': { import: { default: './dist/os.js' } }, './hidden': null },
    };
    expect(faults(manifest, { 'dist/a.js': '' })).to.deep.equal([
      'main: ./dist/main.js is not in the package',
      'types: ./dist/main.d.ts is not in the package',
      'bin.tool: bin/tool.mjs is not in the package',
      'exports["./os"]["import"]["default"]: ./dist/os.js is not in the package',
    ]);
  });

  it('refuses to pack if a target is missing from the tarball, even if it is on disk', function () {
    needsNpm(this);
    const exports = { '.': './a.js', './b': './b.js' };
    const manifest = { name: 'fixture', version: '1.0.0', exports, files: ['a.js'] };
    expect(faults(manifest, { 'a.js': '', 'b.js': '' })).to.deep.equal([]);
    const prepack = () =>
      spawnSync(process.execPath, ['--import', 'tsx', 'scripts/prepack.ts', folder], { encoding: 'utf8' });
    const { status, stderr } = prepack();
    expect(stderr).to.contain('not packed: exports["./b"]: ./b.js is not in the package');
    expect(status).to.equal(1);
    writeFileSync(
      path.join(folder, 'package.json'),
      JSON.stringify({ ...manifest, files: ['a.js', 'b.js'] }),
    );
    expect(prepack().status).to.equal(0);
  });

  it('names each entry of `files` that matches nothing', () => {
    expect(faults({ files: ['dist', 'prebuilds', '!dist/x'] }, { 'dist/a.js': '' })).to.deep.equal([
      'files: nothing of prebuilds is in the package',
    ]);
  });

  it('names each relative link of a page that leads out of the package', () => {
    const page = `
[a](../test/a.md) [b](./other.md#part) [c](https://example.org/x.md) [d](#here) [folder](./)
[e]: ../CONTRIBUTING.md
<img src="picture.svg">

\`[not a link](nowhere.md)\`

\`\`\`ts
const x = a[0](nowhere);
\`\`\`
`;
    expect(faults({}, { 'docs/page.md': page, 'docs/other.md': '' })).to.deep.equal([
      'docs/page.md: ../test/a.md is not in the package',
      'docs/page.md: ../CONTRIBUTING.md is not in the package',
      'docs/page.md: picture.svg is not in the package',
    ]);
  });
});
