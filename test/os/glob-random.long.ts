// glob compared with bash and Python: random patterns in random trees, all from a seed.
//
// UVFILES_GLOB_PATTERNS is the number of patterns for each judge (default: 1,000), and UVFILES_GLOB_SEED the first seed.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { os } from 'uvfiles';

import { type Dialect, makeRandomTree, Random, randomPattern } from '../support/random-patterns.js';
import { skip } from '../support/skip.js';
import { scratchDirectory } from '../support/temp.js';

const PATTERNS = Number(process.env.UVFILES_GLOB_PATTERNS ?? 1000);
const SEED = Number(process.env.UVFILES_GLOB_SEED ?? 1);
const PATTERNS_PER_TREE = 250;

const BASH = `
shopt -s globstar extglob nullglob
[ "$2" = 1 ] && shopt -s dotglob
IFS=
cd "$1"
show() { local each; for each; do [ -e "$each" ] || [ -L "$each" ] || continue; printf '%s\\0' "$each"; done; }
while read -r -d '' pattern; do
  if [ "$3" = bash ]; then eval "show $pattern" 2>/dev/null || printf '/unreadable\\0'; else show $pattern; fi
  printf '\\0'
done`;

const PYTHON = `
import glob, os, sys
top, dot = sys.argv[1], sys.argv[2] == '1'
out = sys.stdout.buffer
for pattern in os.fsdecode(sys.stdin.buffer.read()).split('\\0')[:-1]:
    for path in glob.glob(pattern, root_dir=top, recursive=True, include_hidden=dot):
        # It finds "name/" for "name/**" also where there is none.
        if path and os.path.lexists(os.path.join(top, path)):
            out.write(os.fsencode(path) + b'\\0')
    out.write(b'\\0')`;

/** The paths that the judge finds for each of the patterns. */
function judged(dialect: Dialect, patterns: string[], top: string, dot: boolean): string[][] {
  const program = dialect === 'python' ? ['python3', '-c', PYTHON] : ['bash', '--norc', '-c', BASH, 'bash'];
  const { stdout, stderr, status } = spawnSync(
    program[0]!,
    [...program.slice(1), top, dot ? '1' : '0', dialect],
    {
      input: patterns.map((pattern) => `${pattern}\0`).join(''),
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
      maxBuffer: 1 << 30,
    },
  );
  expect([status, stderr.toString()]).to.deep.equal([0, '']);
  const results: string[][] = [[]];
  for (const path of stdout.toString().split('\0')) {
    if (path === '') results.push([]);
    else results.at(-1)!.push(path);
  }
  // One that begins after the last, and what follows the last NUL.
  return results.slice(0, -2);
}

/** Doubled slashes are not a difference. A slash at the end of the pattern is. */
function normal(paths: string[], pattern: string): string[] {
  const same = paths.map((each) => each.replaceAll(/\/+/g, '/'));
  return [
    ...new Set(pattern.endsWith('/') ? same : same.map((each) => each.replace(/(?<=.)\/$/s, ''))),
  ].sort();
}

function isMissing(dialect: Dialect): string | undefined {
  if (process.platform !== 'linux') return 'the names of the trees need a Linux file system';
  if (dialect === 'python') {
    const { status } = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']);
    return status === 0 ? undefined : 'needs Python 3.11';
  }
  // Older versions match `.` and `..` with wildcards.
  const { status } = spawnSync('bash', ['-c', '[[ ${BASH_VERSINFO[0]}${BASH_VERSINFO[1]} -ge 52 ]]']);
  return status === 0 ? undefined : 'needs bash 5.2';
}

describe('glob beside other programs', () => {
  const scratch = scratchDirectory();

  for (const dialect of ['bash', 'bash-variable', 'python'] as const) {
    const judge =
      dialect === 'python' ? 'Python' : dialect === 'bash' ? 'bash' : 'bash, unclosed brackets too,';
    it(`finds what ${judge} finds`, async function () {
      const missing = isMissing(dialect);
      if (missing !== undefined) skip(this, missing);
      this.timeout(240_000 + PATTERNS * 20);
      for (let done = 0; done < PATTERNS; done += PATTERNS_PER_TREE) {
        const seed = SEED + done / PATTERNS_PER_TREE;
        const random = new Random(seed);
        // Deep enough that no pattern leads out of the test's own tree.
        const tree = path.join(scratch.path, `${seed}/u/u/u/u/u`);
        mkdirSync(tree, { recursive: true });
        makeRandomTree(tree, random);
        const patterns = Array.from({ length: PATTERNS_PER_TREE }, () => randomPattern(random, dialect));
        const dot = seed % 2 === 0;
        const results = judged(dialect, patterns, tree, dot);
        expect(results).to.have.length(patterns.length);
        for (const [i, pattern] of patterns.entries()) {
          if (results[i]!.includes('/unreadable')) continue;
          const found: string[] = [];
          for await (const each of os.glob(pattern, { cwd: tree, dot })) found.push(each);
          const message = `${JSON.stringify(pattern)}, seed ${seed}, dot ${dot}`;
          expect(normal(found, pattern), message).to.deep.equal(normal(results[i]!, pattern));
          expect(new Set(found).size, message).to.equal(found.length);
        }
      }
    });
  }
});
