#!/usr/bin/env node
// npx uvfiles COMMAND: the command line of the package. `build` needs nothing but this folder and the sources,
// so this file and uvfiles-build.mjs are plain JavaScript, published as they are.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const [command = '', ...args] = process.argv.slice(2);

const HELP = `Usage: npx uvfiles COMMAND [--help]

  doctor [PATH]   check the installation and the file system of PATH, and give advice
  bench [PATH]    compare uvfiles with fs.promises on the disk of PATH (takes 20 seconds)
  build           build the native addon from source, for systems without a prebuilt binary

  --version       print the version`;

if (command === '--help' || command === '-h' || command === 'help') {
  console.log(HELP);
} else if (command === '--version' || command === '-v') {
  console.log(version);
} else if (command === 'build') {
  process.argv.splice(2, 1);
  await import('./uvfiles-build.mjs');
} else if (command === 'doctor' || command === 'bench') {
  const { main } = createRequire(import.meta.url)('../dist/lib/cli/index.js');
  process.exitCode = await main(command, args, version);
} else {
  console.error(command === '' ? HELP : `uvfiles: unknown command ${command}.\n\n${HELP}`);
  process.exitCode = 2;
}
