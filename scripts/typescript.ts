// Only the TypeScript part of the set-up, for the release workflow: there the binaries come from its matrix.
import { buildTypeScript } from './steps/typescript.ts';
import { SetupError, step } from './support/run.mjs';

await step('typescript', buildTypeScript).catch((error: unknown) => {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
});
