// Bun, from its npm package: Bun.file for whole files and stats, its FileHandle for positional reads.
import { runtimeContender } from '../support/runtime-contender.js';

const packages: Record<string, string> = {
  'linux-x64': '@oven/bun-linux-x64',
  'linux-arm64': '@oven/bun-linux-aarch64',
  'darwin-arm64': '@oven/bun-darwin-aarch64',
  'darwin-x64': '@oven/bun-darwin-x64',
};

export default runtimeContender({
  name: 'bun',
  title: 'Bun',
  order: 62,
  npm: packages[`${process.platform}-${process.arch}`],
  major: 1,
  program: 'bin/bun',
  args: [],
});
