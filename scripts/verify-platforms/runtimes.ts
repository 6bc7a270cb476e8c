// Every combination of a binary and a runtime that can be tried on a Debian machine, one per row.
import { chmodSync, copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { cache, debianCommand, debianContents, npmPackage, versionOf, zig } from '../prebuild/tools.ts';
import { inRoot } from '../support/root.mjs';
import { SetupError, exists, run } from '../support/run.mjs';

const ARM64_LIBRARIES = '/usr/aarch64-linux-gnu';

/** One binary on one runtime. */
export interface Row {
  /** The binary. */
  target: string;
  runtime: string;
  /** The program that the runtime itself runs under. */
  under?: string;
  /** The major version of Node whose mocha suite runs, in place of the core suite. */
  mocha?: string;
  /** Checks of the core suite that this runtime cannot pass. */
  lacking?: string[];
  command(): Promise<{ argv: string[]; version: string; env?: NodeJS.ProcessEnv }>;
}

/** The runtime's program, from npm: a folder in the cache and the path within it. */
async function program(
  name: string,
  version: string,
  file: string,
  platform?: string,
): Promise<{ found: string; version: string }> {
  const folder = await npmPackage(name, version, { platform });
  const found = path.join(folder, file);
  chmodSync(found, 0o755);
  return { found, version: versionOf(folder) };
}

async function nodeOn(system: string, major: string) {
  const file = system.startsWith('win') ? 'bin/node.exe' : 'bin/node';
  const platform = system === 'win-x64' ? 'win32-x64' : system;
  return program(`node-${system}`, major, file, platform);
}

async function wine(): Promise<NodeJS.ProcessEnv> {
  if (!(await exists('wine'))) await debianCommand('wine', ['wine', 'wine64']);
  const prefix = path.join(cache, 'wine');
  const env = { ...process.env, WINEPREFIX: prefix, WINEDEBUG: '-all', DISPLAY: '' };
  if (!existsSync(prefix)) {
    mkdirSync(prefix);
    await run('wineboot', ['-u'], { env });
    // Node asks for Windows 10; Debian's wine begins as an older one.
    await run('winecfg', ['-v', 'win10'], { env });
  }
  return env;
}

async function qemu(): Promise<string> {
  const packages = ['qemu-user', 'libc6-arm64-cross', 'libstdc++6-arm64-cross'];
  if (!existsSync(path.join(ARM64_LIBRARIES, 'lib/libstdc++.so.6'))) {
    if (process.getuid?.() !== 0) throw new SetupError(`needs ${packages.join(' ')}`);
    await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages]);
  }
  return debianCommand('qemu-aarch64', packages);
}

/** Compiles glibc-for-musl.c, which see, to `library`. */
async function glibcForMusl(arch: string, library: string): Promise<void> {
  const source = inRoot('scripts/verify-platforms/glibc-for-musl.c');
  const env = {
    ...process.env,
    ZIG_GLOBAL_CACHE_DIR: path.join(cache, 'zig-cache'),
    ZIG_LOCAL_CACHE_DIR: path.dirname(library),
  };
  const args = ['cc', '-target', `${arch}-linux-musl`, '-shared', '-O1', '-o', library, source];
  const { code, output } = await run(await zig(), args, { env });
  if (code !== 0) throw new SetupError(`glibc-for-musl.c does not compile:\n${output}`);
}

/** A folder with what the musl Bun takes from a C++ library that Debian has for glibc only. */
async function librariesForMusl(): Promise<string> {
  const folder = path.join(cache, 'musl');
  mkdirSync(folder, { recursive: true });
  for (const name of ['libstdc++.so.6', 'libgcc_s.so.1']) {
    const found = ['/usr/lib', '/lib']
      .map((each) => path.join(each, 'x86_64-linux-gnu', name))
      .find(existsSync);
    if (!found) throw new SetupError(`needs ${name} of Debian's libstdc++6`);
    copyFileSync(found, path.join(folder, name));
  }
  // By the name of glibc's loader that library asks for it.
  await glibcForMusl('x86_64', path.join(folder, 'ld-linux-x86-64.so.2'));
  return folder;
}

/** The same for arm64, as a system for qemu: musl's loader, which is its C library, among the libraries. */
async function muslSystemForArm64(): Promise<string> {
  const root = await debianContents('arm64', ['musl', 'libstdc++6', 'libgcc-s1']);
  const lib = path.join(cache, 'musl-arm64', 'lib');
  mkdirSync(lib, { recursive: true });
  const files = {
    'ld-musl-aarch64.so.1': 'lib/aarch64-linux-musl/libc.so',
    'libstdc++.so.6': 'usr/lib/aarch64-linux-gnu/libstdc++.so.6',
    'libgcc_s.so.1': 'lib/aarch64-linux-gnu/libgcc_s.so.1',
  };
  for (const [name, file] of Object.entries(files)) copyFileSync(path.join(root, file), path.join(lib, name));
  await glibcForMusl('aarch64', path.join(lib, 'libglibc.so'));
  return path.dirname(lib);
}

const node = (major: string): Row => ({
  target: 'linux-x64',
  runtime: `Node ${major}`,
  async command() {
    const { found, version } = await nodeOn('linux-x64', major);
    return { argv: [found], version };
  },
});

const nodeUnderWine = (major: string): Row => ({
  target: 'win32-x64',
  runtime: `Node ${major}`,
  under: 'wine',
  async command() {
    const { found, version } = await nodeOn('win-x64', major);
    return { argv: ['wine', found], version, env: await wine() };
  },
});

/** The mocha suite itself, on top of the core suite: `known-gaps.ts` lists what fails there. */
const mochaUnderWine = (major: string): Row => ({
  ...nodeUnderWine(major),
  runtime: `Node ${major}, mocha`,
  mocha: major,
});

const nodeUnderQemu = (major: string): Row => ({
  target: 'linux-arm64',
  runtime: `Node ${major}`,
  under: 'qemu-user',
  async command() {
    const { found, version } = await nodeOn('linux-arm64', major);
    return { argv: [await qemu(), '-L', ARM64_LIBRARIES, found], version };
  },
});

const musl: Row = {
  target: 'linux-x64-musl',
  runtime: 'Bun (musl)',
  async command() {
    if (!existsSync('/lib/ld-musl-x86_64.so.1')) {
      if (process.getuid?.() !== 0) throw new SetupError('needs the package musl');
      await run('apt-get', ['install', '-q', '-y', 'musl']);
    }
    const { found, version } = await program('@oven/bun-linux-x64-musl', 'latest', 'bin/bun', 'linux-x64');
    return { argv: [found], version, env: { ...process.env, LD_LIBRARY_PATH: await librariesForMusl() } };
  },
};

const muslUnderQemu: Row = {
  target: 'linux-arm64-musl',
  runtime: 'Bun (musl)',
  under: 'qemu-user',
  async command() {
    const { found, version } = await program(
      '@oven/bun-linux-aarch64-musl',
      'latest',
      'bin/bun',
      'linux-arm64',
    );
    const qemuCommand = [await qemu(), '-L', await muslSystemForArm64()];
    const env = ['-E', 'LD_LIBRARY_PATH=/lib', '-E', 'LD_PRELOAD=/lib/libglibc.so'];
    return { argv: [...qemuCommand, ...env, found], version };
  },
};

const bun: Row = {
  target: 'linux-x64',
  runtime: 'Bun',
  async command() {
    const { found, version } = await program('@oven/bun-linux-x64', 'latest', 'bin/bun', 'linux-x64');
    return { argv: [found], version };
  },
};

const deno: Row = {
  target: 'linux-x64',
  runtime: 'Deno',
  // Its file descriptors are not those of the system.
  lacking: ['descriptors are those of node:fs'],
  async command() {
    const { found, version } = await program('@deno/linux-x64-glibc', 'latest', 'deno', 'linux-x64');
    return { argv: [found, 'run', '-A'], version };
  },
};

export const ROWS = [
  ...['20', '22', '24', '26'].map(node),
  bun,
  deno,
  musl,
  ...['20', '22'].map(nodeUnderWine),
  ...['20', '22'].map(mochaUnderWine),
  ...['20', '24'].map(nodeUnderQemu),
  muslUnderQemu,
];

/** Built, and passed all checks, but not run here. */
export const UNVERIFIED: [target: string, why: string][] = [
  ['darwin-x64', 'linked only: no macOS here'],
  ['darwin-arm64', 'linked only: no macOS here'],
  ['win32-arm64', 'no arm64 Windows here, and no wine of arm64'],
];
