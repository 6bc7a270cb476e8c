// Step 3: lib/ to dist/cjs by the TypeScript compiler, and the thin ES modules of dist/esm that re-export it.
import { version } from 'typescript';
import { inRoot } from '../support/root.mjs';
import { SetupError, runNode } from '../support/run.mjs';
import { writeFacades } from './facades.ts';
import { fingerprint, readStamp, writeStamp } from '../support/stamp.ts';

const STAMP = 'dist/.stamp';
const INPUTS = ['lib', 'tsconfig.json', 'tsconfig.build.json', 'package.json', 'scripts/steps'];

/** Compiles if dist/ is not of these sources. */
export async function buildTypeScript(): Promise<string> {
  const stamp = fingerprint(INPUTS, version);
  if (readStamp(STAMP) === stamp) return 'up to date';
  const { code, output } = await runNode(inRoot('node_modules/typescript/bin/tsc'), [
    '-p',
    'tsconfig.build.json',
  ]);
  if (code !== 0) throw new SetupError(`lib/ does not compile:\n\n${output}`);
  const subpaths = await writeFacades();
  writeStamp(STAMP, stamp);
  return `compiled: ${subpaths.join(', ')}`;
}
