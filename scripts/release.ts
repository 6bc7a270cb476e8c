// What a release consists of, checked and written to .cache/release/: the tarball, checksums of it and of every binary in
// it, a software bill of materials, the notes from CHANGELOG.md. `npm run release -- --dry-run` does it here with what is
// in prebuilds/; the release workflow does it with what its matrix has built, and publishes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { faultsOf } from './prebuild/gates.ts';
import { TARGETS } from './prebuild/targets.ts';
import { inRoot } from './support/root.mjs';
import { SetupError, run, step } from './support/run.mjs';
import { faultsOfPackage } from './support/package-contents.ts';
import { billOfMaterials, type Manifest } from './support/sbom.ts';

const OUT = '.cache/release';
const MAX_UNPACKED = 4.7e6;
const MAX_DEPENDENCIES = 3;

const dryRun = process.argv.includes('--dry-run');
const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as Manifest & {
  scripts: Record<string, string>;
};
const out = (...names: string[]) => inRoot(OUT, ...names);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Problems that end a release. A dry run reports them and continues. */
const problems: string[] = [];
const refuse = (problem: string) => {
  problems.push(problem);
  return problem;
};

/** The version's section of the changelog; "Unreleased" in a dry run. */
function notes(): string {
  const sections = readFileSync(inRoot('CHANGELOG.md'), 'utf8').split(/^## /m).slice(1);
  const find = (title: string) => sections.find((each) => each.startsWith(`[${title}]`));
  const section = find(manifest.version) ?? (dryRun ? find('Unreleased') : undefined);
  if (!section) return refuse(`CHANGELOG.md has no section [${manifest.version}]`);
  const text = section.slice(section.indexOf('\n') + 1).trim();
  writeFileSync(out('notes.md'), `${text}\n`);
  return `${text.split('\n').length} lines${find(manifest.version) ? '' : ', of what is unreleased'}`;
}

async function version(): Promise<string> {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(manifest.version))
    return refuse(`${manifest.version} is not a version`);
  const tag = process.env.GITHUB_REF_NAME;
  if (!dryRun && tag !== `v${manifest.version}`)
    return refuse(`the tag is ${tag}, the version ${manifest.version}`);
  const { output } = await run('git', ['status', '--porcelain']);
  if (!dryRun && output.trim()) return refuse('the tree has changes that are not committed');
  return manifest.version;
}

async function binaries(): Promise<string> {
  const lines: string[] = [];
  const missing: string[] = [];
  for (const target of TARGETS) {
    const file = inRoot('prebuilds', target, 'uvfiles.node');
    if (!existsSync(file)) {
      missing.push(target);
      continue;
    }
    const faults = await faultsOf(file, target);
    if (faults.length > 0) refuse(`${target}: the binary ${faults.join('; it ')}`);
    lines.push(`${sha256(readFileSync(file))}  prebuilds/${target}/uvfiles.node`);
  }
  if (missing.length > 0) refuse(`prebuilds/ lacks ${missing.join(', ')}`);
  writeFileSync(out('SHA256SUMS'), `${lines.join('\n')}\n`);
  return `${lines.length} of ${TARGETS.length}`;
}

/** The output of `npm pack --json` for a tarball. */
interface Packed {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

async function tarball(): Promise<string> {
  const { code, output } = await run('npm', [
    'pack',
    '--json',
    '--ignore-scripts',
    '--pack-destination',
    out(),
  ]);
  if (code !== 0) throw new SetupError(`npm pack failed:\n${output}`);
  const listed = JSON.parse(output.slice(output.indexOf('[\n'), output.lastIndexOf(']') + 1)) as [Packed];
  const [{ filename, size, unpackedSize, files }] = listed;
  if (unpackedSize > MAX_UNPACKED) refuse(`${unpackedSize} bytes unpacked; the limit is ${MAX_UNPACKED}`);
  if (files.some(({ path: name }) => name === 'binding.gyp'))
    refuse('binding.gyp is in the package: npm would build it');
  const names = files.map((each) => each.path);
  for (const fault of faultsOfPackage(inRoot(), names)) refuse(fault);
  const sums = readFileSync(out('SHA256SUMS'), 'utf8');
  for (const [, binary] of sums.matchAll(/^\w+ {2}(\S+)$/gm))
    if (!files.some(({ path: name }) => name === binary)) refuse(`${binary} is not in the package`);
  writeFileSync(out('SHA256SUMS'), `${sums}${sha256(readFileSync(out(filename)))}  ${filename}\n`);
  return `${filename}, ${(size / 1e6).toFixed(2)} MB, ${(unpackedSize / 1e6).toFixed(2)} MB unpacked, ${files.length} files`;
}

function bill(): string {
  const names = Object.keys(manifest.dependencies ?? {});
  if (names.length > MAX_DEPENDENCIES) refuse(`${names.length} run-time dependencies: ${names.join(', ')}`);
  for (const name of ['preinstall', 'install', 'postinstall'])
    if (manifest.scripts[name] !== undefined) refuse(`package.json has a script named ${name}`);
  const { bom, names: all } = billOfMaterials(manifest);
  writeFileSync(out('sbom.cdx.json'), `${JSON.stringify(bom, undefined, 2)}\n`);
  return `${all.length} packages of others: ${all.join(', ')}`;
}

try {
  rmSync(out(), { recursive: true, force: true });
  mkdirSync(out(), { recursive: true });
  console.log(`Release of ${manifest.name}${dryRun ? ', dry run: nothing is published' : ''}`);
  await step('version', version);
  await step('changelog', notes);
  await step('binaries', binaries);
  await step('tarball', tarball);
  await step('SBOM', bill);
  for (const problem of problems) console.error(`  not ready: ${problem}`);
  console.log(`Written to ${path.relative(inRoot(), out())}/`);
  if (problems.length > 0 && !dryRun) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
}
