// The package from the outside: packed, installed by every package manager without a compiler and without install scripts,
// loaded and bundled in every way that is documented.
import { expect } from 'chai';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { faultsOfPackage } from '../../scripts/support/package-contents.js';
import {
  needsNpm,
  pack,
  project,
  registryOf,
  type Result,
  root,
  runNode,
  scratch,
  target,
  tool,
} from '../support/package.js';
import { skip } from '../support/skip.js';

const require = createRequire(import.meta.url);
const [major = 0] = process.versions.node.split('.').map(Number);

const PROGRAM = `
const { writeFile, readBytes } = require('uvfiles');
(async () => {
  await writeFile(__filename + '.out', 'works');
  console.log(String(await readBytes(__filename + '.out')));
})();
`;
const MODULE = `
import { open, tempfile } from 'uvfiles';
import { stat } from 'uvfiles/os';
const file = await tempfile.namedTemporaryFile();
await file.write(Buffer.from('works'));
await file.flush();
console.log((await stat(file.name)).size === 5 ? 'works' : 'does not');
await file.close();
`;
const WORKER = `
const { Worker } = require('node:worker_threads');
new Worker(require.resolve('./program.cjs')).on('exit', (code) => { process.exitCode = code; });
`;

describe('the published package', function () {
  this.timeout(280_000);
  let npm = '';
  let tarball = '';
  let installed = '';
  let firstInstall: Result = { status: null, output: '' };

  before(function () {
    npm = needsNpm(this);
    tarball = pack(npm);
    installed = project('npm', { 'program.cjs': PROGRAM, 'module.mjs': MODULE, 'worker.cjs': WORKER });
    // With an empty home directory, and the command as a new user types it.
    const home = path.join(scratch, 'home');
    mkdirSync(home);
    firstInstall = runNode(npm, ['install', tarball], installed, {
      HOME: home,
      npm_config_registry: registryOf(npm),
    });
    expect(firstInstall.status, firstInstall.output).to.equal(0);
  });

  after(() => rmSync(scratch, { recursive: true, force: true }));

  it('is installed without warnings or any mention of install scripts', () => {
    expect(firstInstall.output).to.match(/added \d+ packages/);
    expect(firstInstall.output).to.not.match(/warn|error|script|deprecated|engine/i);
    // Scripts that npm would run, or ask about.
    const lock = readFileSync(path.join(installed, 'package-lock.json'), 'utf8');
    expect(lock).to.not.include('hasInstallScript');
  });

  it('stays small, contains its sources, and does not make npm build it', () => {
    const inside = path.join(installed, 'node_modules/uvfiles');
    // The binary is excluded, because its size depends on this machine's compiler.
    const files = readdirSync(inside, { recursive: true, withFileTypes: true }).filter(
      (each) => each.isFile() && !each.name.endsWith('.node'),
    );
    const size = files.reduce(
      (sum, each) => sum + readFileSync(path.join(each.parentPath, each.name)).length,
      0,
    );
    // C++ sources take 0.7 MB, declarations 0.3, and guides and examples 0.4.
    expect(size).to.be.below(2.5e6);
    expect(existsSync(path.join(inside, 'dist/cjs'))).to.equal(false);
    expect(existsSync(path.join(inside, 'binding.gyp'))).to.equal(false);
    expect(existsSync(path.join(inside, 'src-native/addon.gypi'))).to.equal(true);
    const manifest = JSON.parse(readFileSync(path.join(inside, 'package.json'), 'utf8')) as {
      gypfile: boolean;
      scripts: Record<string, string>;
      dependencies: Record<string, string>;
    };
    expect(manifest.gypfile).to.equal(false);
    expect(manifest.scripts).to.not.have.any.keys('preinstall', 'install', 'postinstall', 'prepare');
    expect(Object.keys(manifest.dependencies)).to.have.length.below(4);
  });

  it('contains everything that package.json names and that its guides link to', () => {
    const inside = path.join(installed, 'node_modules/uvfiles');
    const files = readdirSync(inside, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => path.relative(inside, path.join(each.parentPath, each.name)).replaceAll('\\', '/'));
    expect(faultsOfPackage(inside, files)).to.deep.equal([]);
  });

  for (const [how, file] of Object.entries({
    require: 'program.cjs',
    import: 'module.mjs',
    'a worker thread': 'worker.cjs',
  })) {
    it(`works by ${how}, without a compiler or an install script`, () => {
      const { status, output } = runNode(file, [], installed);
      expect(output.trim()).to.equal('works');
      expect(status).to.equal(0);
    });
  }

  it('works under --permission, with reads and spawns denied elsewhere', function () {
    const flag = major >= 22 ? '--permission' : '--experimental-permission';
    const args = [
      flag,
      '--allow-addons',
      `--allow-fs-read=${installed}/*`,
      `--allow-fs-write=${installed}/*`,
    ];
    const env = { NODE_OPTIONS: args.join(' '), NODE_NO_WARNINGS: '1' };
    const { output } = runNode('program.cjs', [], installed, env);
    expect(output.trim().split('\n').at(-1)).to.equal('works');
    const denied = runNode('program.cjs', [], installed, {
      ...env,
      NODE_OPTIONS: args.filter((each) => each !== '--allow-addons').join(' '),
    });
    expect(denied.output)
      .to.match(/ERR_ADDON_NOT_FOUND/)
      .and.match(/--allow-addons/);
  });

  it('names what it looked for, where, and both remedies if there is no binary', () => {
    const bare = project('bare', { 'program.cjs': PROGRAM });
    cpSync(path.join(installed, 'node_modules'), path.join(bare, 'node_modules'), { recursive: true });
    rmSync(path.join(bare, 'node_modules/uvfiles/prebuilds'), { recursive: true });
    const { status, output } = runNode('program.cjs', [], bare);
    expect(status).to.not.equal(0);
    for (const part of [
      target,
      'build/Release/uvfiles.node: does not exist',
      `prebuilds/${target}`,
      'npx uvfiles build',
      'external',
    ])
      expect(output).to.include(part);
  });

  it('prefers a local build to the prebuilt binary, unless it does not load', () => {
    const own = project('own', { 'program.cjs': PROGRAM });
    cpSync(path.join(installed, 'node_modules'), path.join(own, 'node_modules'), { recursive: true });
    const inside = path.join(own, 'node_modules/uvfiles');
    mkdirSync(path.join(inside, 'build/Release'), { recursive: true });
    cpSync(path.join(inside, 'prebuilds', target), path.join(inside, 'build/Release'), { recursive: true });
    writeFileSync(path.join(inside, 'prebuilds', target, 'uvfiles.node'), 'no binary');
    expect(runNode('program.cjs', [], own).output.trim()).to.equal('works');
    // Conversely, a local build that does not load is ignored.
    cpSync(
      path.join(inside, 'build/Release/uvfiles.node'),
      path.join(inside, 'prebuilds', target, 'uvfiles.node'),
    );
    writeFileSync(path.join(inside, 'build/Release/uvfiles.node'), 'no binary');
    expect(runNode('program.cjs', [], own).output.trim()).to.equal('works');
  });

  const managers: Record<string, [name: string, version: string, program: string, args: string[]]> = {
    'npm 12': ['npm', '12', 'bin/npm-cli.js', ['install', '--ignore-scripts', '--no-audit', '--no-fund']],
    pnpm: ['pnpm', '10', 'bin/pnpm.cjs', ['add', '--ignore-scripts']],
    yarn: ['yarn', '1', 'bin/yarn.js', ['add', '--ignore-scripts', '--non-interactive', '--no-lockfile']],
  };
  for (const [title, [name, version, program, args]] of Object.entries(managers)) {
    it(`is installed by ${title}`, async function () {
      const folder = await tool(this, name, version);
      const where = project(name, { 'program.cjs': PROGRAM });
      const { status, output } = runNode(path.join(folder, program), [...args, tarball], where);
      if (/not supported|requires at least Node|EBADENGINE|Unsupported engine/i.test(output) && status !== 0)
        skip(this, `${title} does not run on Node ${process.versions.node}`);
      expect(status, output).to.equal(0);
      expect(runNode('program.cjs', [], where).output.trim()).to.equal('works');
    });
  }

  it('is installed by yarn 4, which leaves packages in archives', async function () {
    const folder = await tool(this, '@yarnpkg/cli-dist', '4');
    const yarn = path.join(folder, 'bin/yarn.js');
    const where = project('yarn-4', {
      'program.cjs': PROGRAM,
      'module.mjs': MODULE,
      '.yarnrc.yml': 'nodeLinker: pnp\nenableGlobalCache: false\nenableTelemetry: false\n',
      'yarn.lock': '',
    });
    // It does not read .npmrc, and writes no lock file in CI by default.
    const env = {
      YARN_NPM_REGISTRY_SERVER: registryOf(npm),
      YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    };
    const added = runNode(yarn, ['add', `uvfiles@file:${tarball}`], where, env);
    // It trusts only the certificates of Node, while npm may be configured with others.
    if (added.output.includes('RequestError: ')) skip(this, 'yarn cannot reach the registry that npm uses');
    expect(added.status, added.output).to.equal(0);
    expect(existsSync(path.join(where, 'node_modules'))).to.equal(false);
    for (const file of ['program.cjs', 'module.mjs'])
      expect(runNode(yarn, ['node', file], where, env).output.trim().split('\n').at(-1)).to.equal('works');
  });

  it('is installed by bun', async function () {
    if (process.platform !== 'linux') skip(this, 'takes the Bun of Linux');
    const folder = await tool(
      this,
      `@oven/bun-linux-${process.arch === 'x64' ? 'x64' : 'aarch64'}`,
      'latest',
    );
    const where = project('bun', { 'program.cjs': PROGRAM });
    const shim = path.join(where, 'bun.cjs');
    writeFileSync(
      shim,
      `process.exitCode = require('child_process').spawnSync(${JSON.stringify(path.join(folder, 'bin/bun'))}, process.argv.slice(2), { stdio: 'inherit' }).status;`,
    );
    const { status, output } = runNode(shim, ['add', '--ignore-scripts', tarball], where);
    expect(status, output).to.equal(0);
    expect(runNode('program.cjs', [], where).output.trim()).to.equal('works');
  });

  it('has types for both module systems', () => {
    const where = project('types', {
      'a.mts':
        "import { open, type BinaryFile } from 'uvfiles';\nexport const f: Promise<BinaryFile> = open('x', 'rb');\n",
      'b.cts':
        "import uvfiles = require('uvfiles');\nexport const s: Promise<number> = uvfiles.os.stat('x').then((each) => each.size);\n",
    });
    cpSync(path.join(installed, 'node_modules'), path.join(where, 'node_modules'), { recursive: true });
    for (const name of ['@types/node', 'undici-types'])
      cpSync(path.join(root, 'node_modules', name), path.join(where, 'node_modules', name), {
        recursive: true,
      });
    const tsc = require.resolve('typescript/bin/tsc');
    const lib = 'es2023,esnext.disposable';
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--lib',
      lib,
      '--types',
      'node',
      'a.mts',
      'b.cts',
    ];
    const { status, output } = runNode(tsc, flags, where);
    expect(output).to.equal('');
    expect(status).to.equal(0);
  });

  it('satisfies publint --strict', async function () {
    const folder = await tool(this, 'publint', '0.3');
    const cli = path.join(
      folder,
      (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { bin: { publint: string } })
        .bin.publint,
    );
    const { status, output } = runNode(
      cli,
      ['run', tarball, '--strict', '--pack=false'],
      path.join(installed, 'node_modules/uvfiles'),
    );
    expect(status, output).to.equal(0);
  });

  it('satisfies attw, the checker of types', async function () {
    const folder = await tool(this, '@arethetypeswrong/cli', '0.18');
    const { status, output } = runNode(
      path.join(folder, 'dist/index.js'),
      [tarball, '--profile', 'node16', '--no-emoji'],
      scratch,
    );
    expect(status, output).to.equal(0);
  });
});
