// Refuses to pack a package that lacks something: `npm pack` and `npm publish` run it first.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { faultsOfPackage } from './support/package-contents.ts';

// This package, or the one in the given folder.
const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..'));
// The npm that runs this, or the one of the user's PATH.
const npm = process.env.npm_execpath;
const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
const { status, stdout, stderr } = spawnSync(
  npm === undefined ? 'npm' : process.execPath,
  npm === undefined ? args : [npm, ...args],
  { cwd: root, encoding: 'utf8' },
);
if (status !== 0) throw new Error(`npm pack --dry-run failed:\n${stdout}${stderr}`);
const [packed] = JSON.parse(stdout) as [{ files: { path: string }[] }];
const faults = faultsOfPackage(
  root,
  packed.files.map((each) => each.path),
);
for (const fault of faults) console.error(`not packed: ${fault}`);
if (faults.length > 0) process.exitCode = 1;
