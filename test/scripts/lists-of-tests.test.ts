// The lists of tests that do not run everywhere name tests that exist.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { KNOWN_GAPS } from '../../scripts/verify-platforms/known-gaps.js';
import { DISK_ONLY } from '../support/memory/disk-only.js';
import { root } from '../support/temp.js';

const TESTS = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((name) => `test/${name.replaceAll('\\', '/')}`)
  .filter((name) => /\.(test|long)\.ts$/.test(name));

/** The whole titles of the tests in `files`, which are loaded and not run. */
async function titlesIn(files: readonly string[]): Promise<{ file: string; title: string }[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['node_modules/mocha/bin/mocha.js', '--dry-run', '--reporter=json', ...files],
    { cwd: root, maxBuffer: 1 << 26, env: { ...process.env, UVFILES_TEST_FS: 'native' } },
  );
  const { tests } = JSON.parse(stdout.slice(stdout.indexOf('{\n'))) as {
    tests: { file: string; fullTitle: string }[];
  };
  return tests.map(({ file, fullTitle }) => ({
    file: path.relative(root, file).replaceAll('\\', '/'),
    title: fullTitle,
  }));
}

/** Parts of titles, with the beginning of the names of their files. */
function named(): { prefix: string; part: string }[] {
  const onDisk = Object.entries(DISK_ONLY).flatMap(([prefix, entry]) =>
    typeof entry === 'string' ? [] : Object.keys(entry).map((part) => ({ prefix, part })),
  );
  const gaps = KNOWN_GAPS.flatMap(({ tests }) =>
    Object.entries(tests).flatMap(([name, titles]) =>
      titles.map((title) => ({ prefix: `test/${name}.`, part: title.replaceAll(' > ', ' ') })),
    ),
  );
  return [...onDisk, ...gaps];
}

describe('the lists of tests that do not run everywhere', () => {
  it('name files that exist', () => {
    const prefixes = [...Object.keys(DISK_ONLY), ...named().map(({ prefix }) => prefix)];
    const missing = prefixes.filter((prefix) => !TESTS.some((file) => file.startsWith(prefix)));
    expect(missing).to.deep.equal([]);
  });

  it('name tests that exist', async () => {
    const all = named();
    const found = await titlesIn(TESTS.filter((file) => all.some(({ prefix }) => file.startsWith(prefix))));
    const missing = all.filter(
      ({ prefix, part }) => !found.some(({ file, title }) => file.startsWith(prefix) && title.includes(part)),
    );
    expect(missing).to.deep.equal([]);
  });
});
