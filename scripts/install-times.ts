// Measures how long the package takes to be usable in an empty project: from its published tarball, and built from its
// sources, as for a package without binaries. `tsx scripts/install-times.ts`; fails if the first is less than three
// times as fast, or either does not load. If prebuilds/ has nothing for this system, it uses the local build.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from './support/root.mjs';
import { SetupError, run } from './support/run.mjs';
import { stagePackage } from './support/stage.ts';

const AT_LEAST = 3;
const scratch = mkdtempSync(path.join(os.tmpdir(), 'uvfiles-times-'));

async function must(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, output } = await run(command, args, { cwd });
  if (code !== 0) throw new SetupError(`${command} ${args.join(' ')}:\n${output}`);
  return output;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

const install = (tarball: string) =>
  must('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball], scratch);
const load = () => must(process.execPath, ['-e', "require('uvfiles')"], scratch);

try {
  const isPublished = existsSync(inRoot('prebuilds', `${process.platform}-${process.arch}`, 'uvfiles.node'));
  const tree = isPublished ? inRoot() : path.join(scratch, 'stage');
  if (!isPublished) stagePackage(tree);
  const packed = await must(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch],
    tree,
  );
  const tarball = path.join(scratch, packed.trim().split('\n').at(-1)!);
  writeFileSync(path.join(scratch, 'package.json'), '{ "private": true }\n');
  await install(tarball); // fills npm's cache, for both
  const empty = (): void => rmSync(path.join(scratch, 'node_modules'), { recursive: true, force: true });
  empty();
  const binary = await timed(async () => {
    await install(tarball);
    await load();
  });
  empty();
  const sources = await timed(async () => {
    await install(tarball);
    rmSync(path.join(scratch, 'node_modules/uvfiles/prebuilds'), { recursive: true, force: true });
    await must(process.execPath, ['node_modules/uvfiles/bin/uvfiles-build.mjs'], scratch);
    await load();
  });
  const ratio = sources / binary;
  console.log(
    `with its binary ${binary.toFixed(1)} s, from source ${sources.toFixed(1)} s: ${ratio.toFixed(0)} times`,
  );
  if (ratio < AT_LEAST) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
