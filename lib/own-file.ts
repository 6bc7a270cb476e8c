// Replacements for `__filename` and `require` in bundles: bundlers copy these CommonJS modules into ES modules, which have
// neither.
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { isDescriptorShortage } from './errors/index.js';

/** The name of the file that calls it. `callSite.getFileName()` ignores source maps. */
function fileByStack(): string {
  const hook = Error as { prepareStackTrace?: unknown };
  const before = hook.prepareStackTrace;
  try {
    hook.prepareStackTrace = (_error: Error, sites: NodeJS.CallSite[]) => sites;
    const [site] = new Error().stack as unknown as NodeJS.CallSite[];
    const name = site?.getFileName() ?? '';
    return name.startsWith('file:') ? fileURLToPath(name) : name;
  } finally {
    hook.prepareStackTrace = before;
  }
}

/** The file that this code is in: a file of the package, or a bundle. */
export const ownFile: string = typeof __filename === 'string' ? __filename : fileByStack();

function canRequire(): boolean {
  try {
    // Without `node:`, so that it stays a call of `require`: scripts/steps/bundle.ts replaces the others.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require('module');
    return true;
  } catch {
    return false; // what esbuild puts in the place of `require`, which looks for a global one first
  }
}

/** Runs `load`, which calls `require`. In an ES module that esbuild made, it finds a global `require` meanwhile. */
export function withRequire<T>(load: () => T): T {
  const scope = globalThis as { require?: unknown };
  if (scope.require !== undefined || canRequire()) return load();
  scope.require = createRequire(ownFile);
  try {
    return load();
  } finally {
    delete scope.require;
  }
}

/** Throws EMFILE or ENFILE without a descriptor, where Node 20 would not find a package, and would remember that. */
export function checkDescriptors(): void {
  try {
    closeSync(openSync(ownFile, 'r'));
  } catch (error) {
    if (isDescriptorShortage(error)) throw error;
  }
}
