// Gets Node's own tests: from the source package that Debian has for the major version of the running Node, through apt-get,
// else from the public git repository.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const REPOSITORY = 'https://github.com/nodejs/node.git';
/** Debian's releases to look in. */
const SUITES = ['bookworm', 'trixie', 'forky', 'sid'];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Source lines for the archive that this machine takes its packages from. */
function sourceLines(): string {
  const format = '$(REPO_URI) $(ORIGIN)';
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
    encoding: 'utf8',
  });
  const archive = /^(\S+\/debian\/?) Debian$/m.exec(stdout ?? '')?.[1];
  if (archive === undefined) return '';
  return SUITES.map((suite) => `deb-src [signed-by=${KEYRING}] ${archive} ${suite} main\n`).join('');
}
const MEMBERS = ['*/test/common', '*/test/fixtures', '*/test/parallel/test-fs-*', '*/src/node_version.h'];

/**
 * Downloads and unpacks the tests into `cache`, once.
 * @returns the folder that has `test/` in it, undefined where neither source can be reached
 */
export function getNodeTests(cache: string): string | undefined {
  const major = process.versions.node.split('.')[0]!;
  const unpacked = path.join(cache, `node-${major}`);
  const found = (): boolean => existsSync(path.join(unpacked, 'test/parallel'));
  if (!found()) unpackPackage(cache, major, unpacked);
  if (!found()) clone(unpacked);
  return found() ? unpacked : undefined;
}

/** Leaves a sparse clone of the running version's tag in `folder`. */
function clone(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const git = (...args: string[]): boolean =>
    spawnSync('git', args, {
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
      stdio: 'ignore',
      timeout: 300_000,
    }).status === 0;
  const shallow = ['--depth=1', '--filter=blob:none', '--sparse', '--branch', process.version];
  if (!git('clone', '--quiet', ...shallow, REPOSITORY, folder)) return;
  if (!git('-C', folder, 'sparse-checkout', 'set', 'test/common', 'test/fixtures', 'test/parallel'))
    rmSync(folder, { recursive: true, force: true });
}

/** Sources, lists and archives of apt stay in `cache`, too: nothing of the machine's own configuration changes. */
function unpackPackage(cache: string, major: string, unpacked: string): void {
  const lists = path.join(cache, 'apt/lists');
  mkdirSync(path.join(lists, 'partial'), { recursive: true });
  mkdirSync(path.join(cache, 'apt/cache/archives/partial'), { recursive: true });
  const sources = path.join(cache, 'apt/sources.list');
  writeFileSync(sources, sourceLines());
  const options = [
    ['APT::Sandbox::User', 'root'],
    ['Dir::Etc::sourcelist', sources],
    ['Dir::Etc::sourceparts', '-'],
    ['Dir::State::lists', lists],
    ['Dir::Cache', path.join(cache, 'apt/cache')],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const run = (command: string, args: string[]): string | undefined => {
    const { status, stdout } = spawnSync(command, args, { cwd: cache, encoding: 'utf8' });
    return status === 0 ? stdout : undefined;
  };
  if (run('apt-get', [...options, 'update']) === undefined) return undefined;
  const versions = run('apt-cache', [...options, 'showsrc', 'nodejs'])?.match(/(?<=^Version: ).*/gm) ?? [];
  let archive: string | undefined;
  for (const version of new Set(versions.filter((each) => each.startsWith(`${major}.`)))) {
    // A version may be listed before its files exist, or after they have been removed. If only some are missing, the original
    // source may still exist.
    run('apt-get', [...options, 'source', '--tar-only', '--download-only', `nodejs=${version}`]);
    archive = readdirSync(cache).find(
      (name) => name.startsWith(`nodejs_${major}.`) && name.endsWith('.orig.tar.xz'),
    );
    if (archive !== undefined) break;
  }
  if (archive === undefined) return;
  mkdirSync(unpacked, { recursive: true });
  // Members that a version lacks are no failure.
  run('tar', ['-xf', archive, '-C', unpacked, '--strip-components=1', '--wildcards', ...MEMBERS]);
}
