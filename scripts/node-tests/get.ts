// Gets Node's own tests: the source package that Debian has for the major version of the running Node, through apt-get.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Debian's releases to look in. */
const SUITES = ['bookworm', 'trixie', 'sid'];
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
 * Downloads and unpacks the tests into `cache`, once. Sources, lists and archives of apt stay in there too: nothing of the
 * machine's own configuration changes.
 * @returns the folder that has `test/` in it, undefined where there is no apt or no package for this version
 */
export async function getNodeTests(cache: string): Promise<string | undefined> {
  const major = process.versions.node.split('.')[0]!;
  const unpacked = path.join(cache, `node-${major}`);
  if (existsSync(path.join(unpacked, 'test/parallel'))) return unpacked;
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
  const version = versions.find((each) => each.startsWith(`${major}.`));
  if (version === undefined) return undefined;
  // A package that security updates have overtaken lacks files of its own, but its original source is still there.
  run('apt-get', [...options, 'source', '--tar-only', '--download-only', `nodejs=${version}`]);
  const archive = readdirSync(cache).find(
    (name) => name.startsWith(`nodejs_${major}.`) && name.endsWith('.orig.tar.xz'),
  );
  if (archive === undefined) return undefined;
  mkdirSync(unpacked, { recursive: true });
  // Members that a version lacks are no failure.
  run('tar', ['-xf', archive, '-C', unpacked, '--strip-components=1', '--wildcards', ...MEMBERS]);
  return existsSync(path.join(unpacked, 'test/parallel')) ? unpacked : undefined;
}
