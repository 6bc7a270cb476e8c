// Workers that other packages start: tsx does not reach into worker threads on Node 20, so they are compiled beforehand.
import { buildSync } from 'esbuild';
import { fileURLToPath } from 'node:url';

/** Compiles a script of this folder with what it imports from the project; gives the path of the JavaScript. */
export function compiledWorker(script: string): string {
  const outfile = fileURLToPath(
    new URL(`../../.cache/bench/${script.replace(/\.ts$/, '.mjs')}`, import.meta.url),
  );
  buildSync({
    entryPoints: [fileURLToPath(new URL(script, import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  return outfile;
}
