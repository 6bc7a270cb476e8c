// The set-up of a checkout on machines that are not like the developers' own: no compiler, no network, a strange path, a
// directory that cannot be written to. Each test has a checkout of its own; most have two small sources in place of the addon's.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { npmProgram, root } from '../support/package.js';
import { skip } from '../support/skip.js';

const SCRIPTS = ['scripts', 'package.json', 'package-lock.json', 'binding.gyp', '.npmrc'];
/** A Node-API module that has no need of headers. */
const MODULE = `extern "C" __attribute__((visibility("default"))) void* napi_register_module_v1(void*, void* exports) {
  return exports;
}
`;
const target = `${process.platform}-${process.arch}`;

interface Outcome {
  status: number | null;
  output: string;
}

describe('the set-up of a checkout', function () {
  this.timeout(500_000);
  let scratch = '';

  before(function () {
    if (process.platform === 'win32') skip(this, 'written for POSIX systems');
  });
  beforeEach(() => {
    scratch = mkdtempSync(path.join(realpathSync(tmpdir()), 'uvfiles-set-up-'));
    chmodSync(scratch, 0o755);
  });
  afterEach(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  /** A checkout with these C++ sources in `src-native/binding`, beside the packages of this one. */
  function checkout(sources: Record<string, string>, name = 'checkout'): string {
    const folder = path.join(scratch, name);
    for (const each of SCRIPTS) cpSync(path.join(root, each), path.join(folder, each), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    mkdirSync(path.join(folder, 'src-native/binding'), { recursive: true });
    for (const each of ['addon.gypi', 'exports.map'])
      cpSync(path.join(root, 'src-native', each), path.join(folder, 'src-native', each));
    for (const [file, text] of Object.entries(sources))
      writeFileSync(path.join(folder, 'src-native/binding', file), text);
    return folder;
  }

  function run(folder: string, args: string[], env: NodeJS.ProcessEnv = {}, uid?: number): Outcome {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ...env },
      timeout: 450_000,
      ...(uid !== undefined && { uid, gid: uid }),
    });
    return { status, output: stdout + stderr };
  }

  /** Runs one step of the set-up by itself. It prints what the step says. */
  function step(folder: string, name: 'buildAddon' | 'install', env: NodeJS.ProcessEnv = {}): Outcome {
    const file = name === 'install' ? 'install.mjs' : 'addon.ts';
    const script = `import { ${name} } from './scripts/steps/${file}';
      await ${name}(console.log).then(console.log, (error) => { console.log(error.message); process.exitCode = 1; });`;
    const typescript = name === 'install' ? [] : ['--import', 'tsx'];
    return run(folder, [...typescript, '--input-type=module', '-e', script], env);
  }

  /** A PATH with Node and a shell, but without a compiler or make; npm is the program given. */
  function withoutTools(npm: string): NodeJS.ProcessEnv {
    const bin = path.join(scratch, 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, path.join(bin, 'node'));
    const file = path.join(scratch, 'npm-cli.js');
    writeFileSync(file, npm);
    return { PATH: bin, CXX: '', MAKE: '', PYTHON: '', npm_config_python: '', npm_execpath: file };
  }

  const NO_NETWORK = 'process.exitCode = 1;';
  const SOURCES = { 'a.cc': MODULE, 'b.cc': 'int b() { return 0; }\n' };

  it('reports how many of the files are compiled, in a path with spaces and non-ASCII letters', () => {
    const folder = checkout(SOURCES, 'a checkout, größer');
    const { status, output } = step(folder, 'buildAddon');
    expect(status, output).to.equal(0);
    expect(output).to.match(/compiling, 2 of 2 files\n[^]*^built$/m);
    expect(step(folder, 'buildAddon').output.trim()).to.equal('up to date');
  });

  it('shows the first error of the compiler, and where the others are', () => {
    const folder = checkout({ 'a.cc': MODULE, 'b.cc': 'int b() { return nothing; }\n' });
    const { status, output } = step(folder, 'buildAddon');
    expect(status).to.equal(1);
    const [first, , error] = output.replace(/^compiling.*\n/gm, '').split('\n');
    expect(first).to.include('.cache/addon-build.log');
    expect(error).to.match(/b\.cc:1:\d+: error: .*nothing/);
    expect(readFileSync(path.join(folder, '.cache/addon-build.log'), 'utf8')).to.include(error);
  });

  it('names what is missing and how to install it, if no binary fits', () => {
    const folder = checkout(SOURCES);
    const { status, output } = step(folder, 'buildAddon', withoutTools(NO_NETWORK));
    expect(status).to.equal(1);
    expect(output)
      .to.match(/lacks Python 3 and make and a C\+\+20 compiler/)
      .and.include('apt-get install python3 make g++');
  });

  it('uses the published binary if the package has the same sources, and says so', () => {
    const folder = checkout(SOURCES);
    expect(step(folder, 'buildAddon').status).to.equal(0);
    const binary = path.join(scratch, 'uvfiles.node');
    cpSync(path.join(folder, 'build/Release/uvfiles.node'), binary);
    // In the place of npm: what `npm install uvfiles@VERSION` leaves, with the sources of the checkout, or with others.
    const npm = `const fs = require('node:fs');
      const into = 'node_modules/uvfiles';
      fs.cpSync(${JSON.stringify(path.join(folder, 'src-native'))}, into + '/src-native', { recursive: true });
      fs.cpSync(${JSON.stringify(binary)}, into + '/prebuilds/${target}/uvfiles.node');
      if (process.env.OTHER_SOURCES) fs.appendFileSync(into + '/src-native/binding/b.cc', 'int c();');`;
    const env = withoutTools(npm);

    rmSync(path.join(folder, 'build'), { recursive: true });
    const other = step(folder, 'buildAddon', { ...env, OTHER_SOURCES: '1' });
    expect(other.status, other.output).to.equal(1);
    expect(existsSync(path.join(folder, 'build/Release/uvfiles.node'))).to.equal(false);

    const { status, output } = step(folder, 'buildAddon', env);
    expect(status, output).to.equal(0);
    expect(output).to.match(
      /^not compiled, since this machine lacks .* compiler; took the one published in uvfiles/,
    );
    expect(
      readFileSync(path.join(folder, 'build/Release/uvfiles.node')).equals(readFileSync(binary)),
    ).to.equal(true);
    expect(step(folder, 'buildAddon', env).output.trim()).to.equal('up to date');
  });

  it('reports in one sentence that a directory cannot be written to', function () {
    const folder = checkout({});
    chmodSync(folder, 0o555);
    const uid = process.getuid!() === 0 ? 65_534 : undefined;
    if (run(folder, ['-e', "require('node:fs').accessSync('scripts/setup.mjs')"], {}, uid).status !== 0) {
      skip(this, 'another user may not run this Node, or not read the temporary directory');
    }
    const { status, output } = run(folder, ['scripts/setup.mjs'], {}, uid);
    chmodSync(folder, 0o755);
    expect(status).to.equal(1);
    expect(output.trim().split('\n')).to.have.length(1);
    expect(output).to.match(/cannot be set up in .*cannot be written to \(EACCES\): copy it to one that can/);
  });

  it("installs the build tools even with NODE_ENV=production, and from npm's cache alone", function () {
    const npm = npmProgram();
    const folder = checkout({});
    rmSync(path.join(folder, 'node_modules'));
    const env = {
      NODE_ENV: 'production',
      npm_config_offline: 'true',
      ...(npm !== undefined && { npm_execpath: npm }),
    };
    const { status, output } = step(folder, 'install', env);
    if (status !== 0 && /ENOTCACHED|cache mode is 'only-if-cached'/.test(output))
      skip(this, "npm's cache has not all packages");
    expect(status, output).to.equal(0);
    expect(existsSync(path.join(folder, 'node_modules/typescript/package.json'))).to.equal(true);
    expect(step(folder, 'install', env).output.trim()).to.equal('up to date');
  });

  it('compiles and runs in a path with spaces and non-ASCII letters, with NODE_ENV=production', function () {
    const folder = path.join(scratch, 'the whole, größer 中');
    const skipped = new Set([
      '.git',
      '.cache',
      'node_modules',
      'dist',
      'build',
      'test',
      'bench',
      'prebuilds',
    ]);
    mkdirSync(folder);
    for (const name of readdirSync(root).filter((each) => !skipped.has(each) && !each.startsWith('build-')))
      cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    // The addon as it was built here: it is of the same sources.
    for (const name of ['uvfiles.node', 'uvfiles.stamp'])
      cpSync(path.join(root, 'build/Release', name), path.join(folder, 'build/Release', name));
    const env = { NODE_ENV: 'production' };
    const setUp = run(folder, ['scripts/setup.mjs'], env);
    expect(setUp.status, setUp.output).to.equal(0);
    expect(setUp.output).to.match(/compiled: uvfiles/);
    const tour = run(folder, ['--import', 'tsx', 'examples/tour.ts', '--small'], env);
    expect(tour.status, tour.output).to.equal(0);
    expect(tour.output).to.include('checked against node:fs');
  });
});
