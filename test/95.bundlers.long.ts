// Bundles that carry the addon along, made as docs/installation.md says, and run away from node_modules.
import { expect } from 'chai';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { npmProgram, pack, project, runNode, scratch, tool } from './support/package.js';

const require = createRequire(import.meta.url);
const npm = npmProgram();

const PROGRAM = `
const { tempfile } = require('uvfiles');
(async () => {
  const file = await tempfile.temporaryFile();
  await file.write(Buffer.from('works'));
  await file.seek(0);
  console.log(String(await file.read()));
  await file.close();
})();
`;

describe('bundles', function () {
  this.timeout(280_000);
  let where = '';

  before(function () {
    if (npm === undefined || process.platform === 'win32') {
      console.log('      skipped: no npm-cli.js beside this Node');
      return this.skip();
    }
    mkdirSync(scratch, { recursive: true });
    where = project('bundles', { 'program.cjs': PROGRAM });
    const { status, output } = runNode(
      npm,
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', pack(npm)],
      where,
    );
    expect(status, output).to.equal(0);
    return undefined;
  });

  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** Runs the bundle where no package can be found. */
  function runAlone(folder: string, file: string): string {
    const alone = path.join(scratch, `alone-${folder}`);
    cpSync(path.join(where, folder), alone, { recursive: true });
    return runNode(file, [], alone).output.trim();
  }

  it('by esbuild, with .node files copied', () => {
    const { status, output } = runNode(
      path.join(path.dirname(require.resolve('esbuild/package.json')), 'bin/esbuild'),
      [
        'program.cjs',
        '--bundle',
        '--platform=node',
        '--loader:.node=copy',
        '--outdir=esbuild',
        '--log-level=warning',
      ],
      where,
    );
    expect(status, output).to.equal(0);
    expect(output).to.equal('');
    expect(runAlone('esbuild', 'program.js')).to.equal('works');
  });

  it('by webpack, with .node files as resources', async function () {
    const webpack = await tool('webpack', '5');
    if (webpack === undefined) return this.skip();
    writeFileSync(
      path.join(where, 'webpack.cjs'),
      `const { createRequire } = require('node:module');
      const { webpack } = { webpack: createRequire(${JSON.stringify(path.join(webpack, 'package.json'))})('.') };
      const loader = require('node:path').resolve('node-file-loader.cjs');
      webpack({
        mode: 'production', target: 'node', context: __dirname, entry: './program.cjs',
        output: { path: __dirname + '/webpack', filename: 'program.js' },
        module: { rules: [{ test: /\\.node$/, use: [loader] }] },
      }, (error, stats) => {
        if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exitCode = 1; }
      });`,
    );
    // What the package node-loader does: emits the file and loads it from beside the bundle.
    writeFileSync(
      path.join(where, 'node-file-loader.cjs'),
      `module.exports = function (content) {
        const name = this._compiler.webpack.util.createHash('md4').update(content).digest('hex') + '.node';
        this.emitFile(name, content);
        return 'process.dlopen(module, __dirname + require("path").sep + ' + JSON.stringify(name) + ');';
      };
      module.exports.raw = true;`,
    );
    const { status, output } = runNode('webpack.cjs', [], where);
    expect(status, output).to.equal(0);
    expect(runAlone('webpack', 'program.js')).to.equal('works');
    return undefined;
  });

  it('by ncc, as it comes', async function () {
    const ncc = await tool('@vercel/ncc', '0.38');
    if (ncc === undefined) return this.skip();
    const { status, output } = runNode(
      path.join(ncc, 'dist/ncc/cli.js'),
      ['build', 'program.cjs', '-o', 'ncc', '-q'],
      where,
    );
    expect(status, output).to.equal(0);
    expect(runAlone('ncc', 'index.cjs')).to.equal('works');
    return undefined;
  });

  it('that treat uvfiles as external', () => {
    const { status, output } = runNode(
      path.join(path.dirname(require.resolve('esbuild/package.json')), 'bin/esbuild'),
      [
        'program.cjs',
        '--bundle',
        '--platform=node',
        '--external:uvfiles',
        '--outfile=external.cjs',
        '--log-level=warning',
      ],
      where,
    );
    expect(status, output).to.equal(0);
    expect(runNode('external.cjs', [], where).output.trim()).to.equal('works');
  });
});
