// pjdfstest's cases, fetched when needed, at the commit that the figures are for. None of their text is kept here.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const COMMIT = '85a8aea9e685999ef0540392fd80535f873d7ff7';
const FETCH_MS = 60_000;

/**
 * The folder of the cases, or why there is none. They come from the git repository (or folder) that UVFILES_PJDFSTEST names,
 * by default from GitHub, and stay in the user's cache.
 */
export function fetchCases(): { folder: string } | { skip: string } {
  const source = process.env.UVFILES_PJDFSTEST ?? 'https://github.com/pjd/pjdfstest.git';
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const folder = path.join(cache, 'uvfiles-ci', `pjdfstest-${COMMIT.slice(0, 12)}`);
  const tests = path.join(folder, 'tests');
  if (existsSync(path.join(tests, 'misc.sh'))) return { folder: tests };
  mkdirSync(folder, { recursive: true });
  for (const args of [
    ['init', '--quiet'],
    ['fetch', '--quiet', '--depth', '1', source, COMMIT],
    ['checkout', '--quiet', 'FETCH_HEAD'],
  ]) {
    const { status, stderr, error } = spawnSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      timeout: FETCH_MS,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
    });
    if (status !== 0) return { skip: (error?.message ?? stderr.trim().split('\n')[0]) || 'git failed' };
  }
  return { folder: tests };
}
