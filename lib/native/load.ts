// Finds the addon's binary for this system and loads it: the one built here, else the one in the package. It tries only files
// of the package, and records why each failed, for the error message if none loads.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { libcOf, type Libc } from '../libc.js';
import { ownFile, withRequire } from '../own-file.js';

interface Attempt {
  file: string;
  said: string;
}

/** The package's folder: the nearest one above that holds its package.json. Undefined inside a bundle. */
function packageRoot(): string | undefined {
  for (let folder = dirname(ownFile); ; folder = dirname(folder)) {
    try {
      if (/"name":\s*"uvfiles"/.test(readFileSync(join(folder, 'package.json'), 'utf8'))) return folder;
    } catch {
      // missing or unreadable here: continues further up
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** The binary that was built on this machine, by `npm run build` or `npx uvfiles build`. */
function requireLocalBuild(file: string): unknown {
  // Not a plain require, because bundlers warn about paths that they cannot resolve.
  return createRequire(file)(file);
}

/** Literal paths inside a try, so that bundlers include the files and ignore missing ones. */
function requirePrebuilt(target: string, failed: (error: unknown) => void): unknown {
  try {
    switch (target) {
      case 'linux-x64':
        return require('../../../prebuilds/linux-x64/uvfiles.node');
      case 'linux-x64-musl':
        return require('../../../prebuilds/linux-x64-musl/uvfiles.node');
      case 'linux-arm64':
        return require('../../../prebuilds/linux-arm64/uvfiles.node');
      case 'linux-arm64-musl':
        return require('../../../prebuilds/linux-arm64-musl/uvfiles.node');
      case 'darwin-x64':
        return require('../../../prebuilds/darwin-x64/uvfiles.node');
      case 'darwin-arm64':
        return require('../../../prebuilds/darwin-arm64/uvfiles.node');
      case 'win32-x64':
        return require('../../../prebuilds/win32-x64/uvfiles.node');
      case 'win32-arm64':
        return require('../../../prebuilds/win32-arm64/uvfiles.node');
      default:
        throw new Error('there is no binary for this system');
    }
  } catch (error) {
    failed(error);
    return undefined;
  }
}

/** The folders of prebuilds/ that may fit, the most likely first. */
function targets(libc: Libc | undefined): string[] {
  const target = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return [target];
  if (libc === 'glibc') return [target];
  // A binary for the other C library does not load, so trying both is harmless.
  return libc === 'musl' ? [`${target}-musl`] : [target, `${target}-musl`];
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function tell(error: unknown): string {
  if (codeOf(error) === 'MODULE_NOT_FOUND') return 'does not exist';
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0]!;
}

function nothingFits(
  attempts: readonly Attempt[],
  libc: Libc | undefined,
  errors: readonly unknown[],
): Error {
  const system = `${process.platform}-${process.arch}${libc === undefined ? '' : ` (${libc})`}`;
  const denied = errors.some((error) => codeOf(error) === 'ERR_DLOPEN_DISABLED');
  const lines = [
    `uvfiles has no native addon that loads on ${system}, Node ${process.versions.node}. Tried:`,
    ...attempts.map(({ file, said }) => `  ${file}: ${said}`),
    ...(denied
      ? ['This process may not load addons: add --allow-addons to --permission.']
      : [
          'Possible solutions:',
          '  - if the package has no binary for this system, build one from its sources: npx uvfiles build',
          '  - if it should have one, install the package again; if a bundler left it out, let the bundler copy .node files',
          '    or treat uvfiles as external (docs/installation.md)',
        ]),
  ];
  return Object.assign(new Error(lines.join('\n'), { cause: errors[0] }), { code: 'ERR_ADDON_NOT_FOUND' });
}

/**
 * Loads the addon: build/Release of the package, then its prebuilds/.
 * @throws ERR_ADDON_NOT_FOUND, with every file that was tried, what was wrong with it and what to do
 */
export function loadAddon(): unknown {
  const attempts: Attempt[] = [];
  const errors: unknown[] = [];
  const failed = (file: string, error: unknown): void => {
    attempts.push({ file, said: tell(error) });
    errors.push(error);
  };

  const root = packageRoot();
  if (root !== undefined) {
    const file = join(root, 'build', 'Release', 'uvfiles.node');
    if (existsSync(file)) {
      try {
        return requireLocalBuild(file);
      } catch (error) {
        failed(file, error);
      }
    } else attempts.push({ file, said: 'does not exist' });
  }

  const libc = process.platform === 'linux' ? libcOf(process.execPath) : undefined;
  for (const target of targets(libc)) {
    const file = join(root ?? '(in this bundle)', 'prebuilds', target, 'uvfiles.node');
    const addon = withRequire(() => requirePrebuilt(target, (error) => failed(file, error)));
    if (addon !== undefined) return addon;
  }
  throw nothingFits(attempts, libc, errors);
}
