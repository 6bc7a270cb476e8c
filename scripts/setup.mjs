// @ts-check (plain JavaScript, because it runs before the packages are installed)
// Brings a fresh clone to a runnable state, and does nothing when it is there: packages, addon, TypeScript.
// Run by `npm start`, `npm test` and `npm run bench`; needs no package itself.
import { withSetupLock } from './support/lock.mjs';
import { SetupError, step } from './support/run.mjs';
import { install } from './steps/install.mjs';

const [major = 0] = process.versions.node.split('.').map(Number);

async function setup() {
  if (major < 20) throw new SetupError(`uvfiles needs Node 20 or newer; this is ${process.version}.`);
  console.log(`Setting up uvfiles on Node ${process.versions.node}, ${process.platform}-${process.arch}`);
  await step('packages', install);
  // Only now: these are TypeScript, and import what the first step has installed.
  const { register } = await import('tsx/esm/api');
  register();
  const { buildAddon } = await import('./steps/addon.ts');
  const { buildTypeScript } = await import('./steps/typescript.ts');
  await step('addon', buildAddon);
  await step('typescript', buildTypeScript);
  console.log('');
}

try {
  await withSetupLock(setup);
} catch (error) {
  console.error(error instanceof SetupError ? `\n${error.message}` : error);
  process.exitCode = 1;
}
