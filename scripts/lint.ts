// All checks of the sources that do not run them: eslint, prettier, clang-format and the project's own rules. `npm run lint`
// reports problems. `npm run format` (--fix) fixes what can be fixed.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { addonSources, hostSystem, testSources } from './native-sources.mjs';
import { houseRules, unusedExports } from './support/house-rules.ts';
import { inParallel } from './support/in-parallel.ts';
import { inRoot } from './support/root.mjs';
import { run, runNode } from './support/run.mjs';

const fix = process.argv.includes('--fix');

/** Files of the repository that end with one of `extensions`, including those not yet added to git. */
async function files(...extensions: string[]): Promise<string[]> {
  const { code, output } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  if (code !== 0) throw new Error(`lint needs git, to know which files are the repository's:\n${output}`);
  return output
    .split('\0')
    .filter((name) => extensions.some((end) => name.endsWith(end)) && existsSync(inRoot(name)));
}

/** The command, if it is installed. */
async function answers(command: string): Promise<string | undefined> {
  return (await run(command, ['--version'])).code === 0 ? command : undefined;
}

interface Verdict {
  /** 0 if there are no problems. */
  code: number;
  output: string;
  /** Why the check was skipped. */
  skipped?: string;
}

const checks: Record<string, () => Promise<Verdict>> = {
  async eslint() {
    return runNode(inRoot('node_modules/eslint/bin/eslint.js'), [
      '.',
      '--max-warnings=0',
      ...(fix ? ['--fix'] : []),
    ]);
  },
  /** The tests' types, against the built declarations; lib's own are checked as it is built. */
  async tsc() {
    if (!existsSync(inRoot('dist/types/index.d.ts')))
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
  /** The names in the C++ sources of this system, against .clang-tidy. */
  async 'clang-tidy'() {
    const command = (await Promise.all(['clang-tidy-14', 'clang-tidy'].map(answers))).find(Boolean);
    const node = path.resolve(process.execPath, '../../include/node');
    const headers = [node, '/usr/include/node'].find((folder) => existsSync(path.join(folder, 'uv.h')));
    if (command === undefined || headers === undefined)
      return { code: 0, output: '', skipped: 'clang-tidy or the headers of Node are not installed' };
    const flags = [
      ...['-std=c++17', '-fno-exceptions', '-Wno-everything', '-D_FILE_OFFSET_BITS=64', '-D_GNU_SOURCE'],
      ...['-DNAPI_VERSION=9', '-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS', `-I${inRoot('src-native')}`],
      ...['-isystem', headers, '-isystem', inRoot('node_modules/node-addon-api')],
    ];
    const found = await inParallel([...addonSources(hostSystem), ...testSources()], async (source) => {
      const { code, output } = await run(command, ['--quiet', source, '--', ...flags]);
      return code === 0 ? [] : output.split('\n').filter((line) => / (error|warning): /.test(line));
    });
    const lines = new Set(found.flat());
    return { code: lines.size, output: [...lines].join('\n') };
  },
  async 'house rules'() {
    const names = await files('');
    const broken = [...houseRules(names), ...unusedExports(names)];
    return { code: broken.length, output: broken.join('\n') };
  },
};

const results = await Promise.all(
  Object.entries(checks).map(async ([name, check]) => {
    const { code, output, skipped } = await check();
    console.log(
      `  ${code === 0 ? 'ok  ' : 'FAIL'} ${name}${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
    );
    if (code !== 0) console.log(output.trimEnd());
    return code === 0;
  }),
);
if (results.includes(false)) {
  if (!fix) console.log('`npm run format` fixes what can be fixed.');
  process.exitCode = 1;
}
