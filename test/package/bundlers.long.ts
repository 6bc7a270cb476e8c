// Bundles with the addon, made as docs/installation.md describes, and run without node_modules.
import { expect } from 'chai';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { consumer, project, root, runNode, scratch, tool } from '../support/package.js';
import { skip } from '../support/skip.js';

const require = createRequire(import.meta.url);
/** Missing in Node 20.0 to 20.15, where an ES module needs a banner. */
const { getBuiltinModule } = process as { getBuiltinModule?: unknown };

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

/** An ES module that uses each part of the library that needs modules of Node or other packages. */
const MODULE = `
import { readText, tempfile, writeFile } from 'uvfiles';
import { readFile } from 'uvfiles/promises';
import { memoryFiles } from 'uvfiles/testing';
const folder = await tempfile.temporaryDirectory();
const name = folder.name + '/text';
await writeFile(name, Buffer.from([0x82, 0xa0]));
const legacy = await readText(name, { encoding: 'shift_jis' });
const { length } = await readFile(name);
memoryFiles({ text: 'works' });
console.log(legacy === '\\u3042' && length === 2 ? await readText('/text') : 'does not');
`;

describe('bundles', function () {
  this.timeout(280_000);
  let where = '';

  before(function () {
    where = consumer(this, 'bundles', { 'program.cjs': PROGRAM, 'module.mjs': MODULE });
  });

  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** Runs the bundle in a folder in which no package can be found. */
  function runAlone(folder: string, file: string): string {
    const alone = path.join(scratch, `alone-${folder}`);
    cpSync(path.join(where, folder), alone, { recursive: true });
    return runNode(file, [], alone).output.trim();
  }

  it('work if esbuild makes them and copies .node files', () => {
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

  it('work if esbuild makes them as ES modules, without a banner', () => {
    const { status, output } = runNode(
      path.join(path.dirname(require.resolve('esbuild/package.json')), 'bin/esbuild'),
      [
        ...['module.mjs', '--bundle', '--platform=node', '--format=esm', '--target=node20'],
        ...['--loader:.node=copy', '--outdir=esm', '--out-extension:.js=.mjs', '--log-level=warning'],
      ],
      where,
    );
    expect(status, output).to.equal(0);
    expect(output).to.equal('');
    if (getBuiltinModule === undefined) return;
    expect(runAlone('esm', 'module.mjs')).to.equal('works');
  });

  it('work if tsup makes them and leaves dependencies out', async function () {
    const tsup = await tool(this, 'tsup', '8');
    const { status, output } = runNode(
      path.join(tsup, 'dist/cli-default.js'),
      ['module.mjs', '--format', 'esm', '--target', 'node20', '--out-dir', 'tsup', '--silent'],
      where,
      { NODE_PATH: path.join(root, 'node_modules') }, // it requires typescript
    );
    expect(status, output).to.equal(0);
    expect(runNode('tsup/module.mjs', [], where).output.trim()).to.equal('works');
  });

  it('work if Vite makes them for a server, built and in development', async function () {
    const vite = await tool(this, 'vite', '7');
    writeFileSync(
      path.join(where, 'vite.mjs'),
      `import { build, createServer } from ${JSON.stringify(pathToFileURL(path.join(vite, 'dist/node/index.js')).href)};
      const common = { configFile: false, logLevel: 'warn' };
      await build({ ...common, build: { ssr: 'module.mjs', outDir: 'vite', target: 'node20' } });
      const server = await createServer({ ...common, server: { middlewareMode: true, ws: false }, appType: 'custom' });
      await server.ssrLoadModule('/module.mjs');
      await server.close();`,
    );
    const { status, output } = runNode('vite.mjs', [], where);
    expect(status, output).to.equal(0);
    expect(output.trim()).to.equal('works');
    const built = existsSync(path.join(where, 'vite/module.mjs')) ? 'vite/module.mjs' : 'vite/module.js';
    expect(runNode(built, [], where).output.trim()).to.equal('works');
  });

  it('work if Next.js makes them with uvfiles in serverExternalPackages', async function () {
    const next = await tool(this, 'next', '15');
    const site = project('next', {
      'next.config.mjs': "export default { serverExternalPackages: ['uvfiles'] };\n",
    });
    cpSync(path.join(where, 'node_modules'), path.join(site, 'node_modules'), { recursive: true });
    const packages = path.dirname(next);
    for (const name of readdirSync(packages)) {
      const place = path.join(site, 'node_modules', name);
      if (!existsSync(place)) symlinkSync(path.join(packages, name), place);
    }
    mkdirSync(path.join(site, 'app'));
    writeFileSync(
      path.join(site, 'app/layout.js'),
      'export default ({ children }) => <html><body>{children}</body></html>;\n',
    );
    writeFileSync(
      path.join(site, 'app/page.js'),
      `import { readText } from 'uvfiles';
      export default async function Page() { return <p>{JSON.parse(await readText('package.json')).name}</p>; }\n`,
    );
    const { status, output } = runNode(path.join(next, 'dist/bin/next'), ['build'], site, {
      NEXT_TELEMETRY_DISABLED: '1',
    });
    if (/Failed to load SWC|requires Node\.js|Node\.js version/i.test(output) && status !== 0)
      skip(this, 'this Next.js has no compiler for this system, or needs another Node');
    expect(status, output).to.equal(0);
    const page = readFileSync(path.join(site, '.next/server/app/index.html'), 'utf8');
    expect(page).to.include('<p>consumer</p>');
  });

  it('work if webpack makes them with .node files as resources', async function () {
    const webpack = await tool(this, 'webpack', '5');
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
  });

  it('work if ncc makes them with its defaults', async function () {
    const ncc = await tool(this, '@vercel/ncc', '0.38');
    const { status, output } = runNode(
      path.join(ncc, 'dist/ncc/cli.js'),
      ['build', 'program.cjs', '-o', 'ncc', '-q'],
      where,
    );
    expect(status, output).to.equal(0);
    expect(runAlone('ncc', 'index.cjs')).to.equal('works');
  });

  it('work if they treat uvfiles as external', () => {
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
