// Deno, from its npm package: Deno.readFile and Deno.stat, and its FileHandle for positional reads.
import { runtimeContender } from '../support/runtime-contender.js';

const packages: Record<string, string> = {
  'linux-x64': '@deno/linux-x64-glibc',
  'linux-arm64': '@deno/linux-arm64-glibc',
  'darwin-arm64': '@deno/darwin-arm64',
  'darwin-x64': '@deno/darwin-x64',
};

export default runtimeContender({
  name: 'deno',
  title: 'Deno',
  order: 63,
  npm: packages[`${process.platform}-${process.arch}`],
  major: 2,
  program: 'deno',
  args: ['run', '-A', '--no-lock', '--quiet'],
});
