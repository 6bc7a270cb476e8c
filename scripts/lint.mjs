// All that can be said of the text without running it: eslint, prettier, clang-format and the rules of the house.
// `npm run lint` reports; `npm run format` (--fix) mends what can be mended.
import { existsSync } from 'node:fs';
import { houseRules } from './support/house-rules.mjs';
import { inRoot } from './support/root.mjs';
import { run, runNode } from './support/run.mjs';

const fix = process.argv.includes('--fix');

/** Files of the repository, also those not yet added to git, that end in one of `extensions`. */
async function files(...extensions) {
  const { code, output } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  if (code !== 0) throw new Error(`lint needs git, to know which files are the repository's:\n${output}`);
  return output
    .split('\0')
    .filter((name) => extensions.some((end) => name.endsWith(end)) && existsSync(inRoot(name)));
}

const checks = {
  async eslint() {
    return runNode(inRoot('node_modules/eslint/bin/eslint.js'), [
      '.',
      '--max-warnings=0',
      ...(fix ? ['--fix'] : []),
    ]);
  },
  /** The tests' types, against the built declarations; lib's own are checked as it is built. */
  async tsc() {
    if (!existsSync(inRoot('dist/cjs/index.d.ts')))
      return { code: 1, output: 'dist/ is not built: npm run build' };
    return runNode(inRoot('node_modules/typescript/bin/tsc'), ['-p', 'tsconfig.json']);
  },
  async prettier() {
    return runNode(inRoot('node_modules/prettier/bin/prettier.cjs'), [
      fix ? '--write' : '--check',
      ...['--log-level=warn', '--no-error-on-unmatched-pattern', '.'],
    ]);
  },
  async 'clang-format'() {
    const sources = await files('.cc', '.h');
    const { code, output } = await runNode(inRoot('node_modules/clang-format/index.js'), [
      ...(fix ? ['-i'] : ['--dry-run', '-Werror']),
      ...sources,
    ]);
    const places = [...output.matchAll(/^(\S+?):(\d+):\d+: error/gm)].map(
      ([, file, line]) => `${file}:${line}`,
    );
    return { code, output: places.length > 0 ? [...new Set(places)].join('\n') : output };
  },
  async 'house rules'() {
    const broken = houseRules(await files(''));
    return { code: broken.length, output: broken.join('\n') };
  },
};

const results = await Promise.all(
  Object.entries(checks).map(async ([name, check]) => {
    const { code, output } = await check();
    console.log(`  ${code === 0 ? 'ok  ' : 'FAIL'} ${name}`);
    if (code !== 0) console.log(output.trimEnd());
    return code === 0;
  }),
);
if (results.includes(false)) {
  if (!fix) console.log('`npm run format` mends what can be mended.');
  process.exitCode = 1;
}
