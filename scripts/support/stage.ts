// The package as it would be published from this tree, but with the binary that was built here as the one of this system:
// for what tries the package where prebuilds/ is empty, as it is in a fresh clone.
import { cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './root.mjs';

/** Lays it out in `folder`, to be packed there. Requires the built addon and the compiled TypeScript. */
export function stagePackage(folder: string): void {
  const { files } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as { files: string[] };
  const names = files.filter((each) => !each.startsWith('!') && each !== 'prebuilds');
  for (const name of ['package.json', 'README.md', 'LICENSE', ...names])
    if (existsSync(inRoot(name))) cpSync(inRoot(name), path.join(folder, name), { recursive: true });
  const target = `${process.platform}-${process.arch}`;
  const binary = path.join(folder, 'prebuilds', target, 'uvfiles.node');
  cpSync(inRoot('build/Release/uvfiles.node'), binary);
}
