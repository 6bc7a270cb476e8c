// Type tests, of which nothing is run. What must not compile carries @ts-expect-error.
//
// 1. test/types/*.test-d.ts and .test-d.cts are compiled against the built declarations, as a user's program in each module
//    system would be.
// 2. Programs like users' are compiled by each compiler from the oldest supported to the newest, with few types in scope and
//    with the DOM's beside Node's. Compilers come from npm; one that cannot be had is skipped, and the output says so.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npmPackage } from './prebuild/tools.ts';
import { inRoot } from './support/root.mjs';

const ASSERTION = /^\s*(expectType<|\/\/ @ts-expect-error)/gm;
const OLDEST = '5.4';
const COMPILERS = [OLDEST, '5.7', '5.9', 'latest'];

/** Every entry of the package, and what people combine it with. */
const PROGRAM = `
import { open, os, readBytes, tempfile } from 'uvfiles';
import * as path from 'uvfiles/path';
import * as tmp from 'uvfiles/tempfile';
import { walk } from 'uvfiles/os';
import { mount } from 'uvfiles/filesystem';
import { memoryFiles } from 'uvfiles/testing';
import fs from 'uvfiles/promises';

export async function use(): Promise<number> {
  const file = await open('name', 'rb');
  const text: string = await (await open('name')).read();
  const bytes: Uint8Array = await readBytes('name');
  for await (const [top, directories, files] of walk('.')) console.log(top, directories, files);
  await file.close();
  await fs.readFile('name', 'utf8');
  return text.length + bytes.length + (await os.stat('name')).size;
}
export const everything = [path, tmp, mount, memoryFiles, tempfile];
`;
const CONSOLE = 'declare const console: { log(...data: unknown[]): void };\n';
const DOM_PROGRAM = `
import { open } from 'uvfiles';

export async function respond(): Promise<Response> {
  const file = await open('name', 'rb');
  const body = file.readableStream().pipeThrough(new CompressionStream('gzip'));
  return new Response(body, { headers: { 'content-encoding': 'gzip' } });
}
export const plain = async () => new Response((await open('name', 'rb')).readableStream());
`;
interface Setting {
  name: string;
  text: string;
  lib: string[];
  types: string[];
  /** With the resolution of TypeScript 6 and older that does not read `exports`. */
  isOld?: boolean;
}

/** What each program is compiled with; the libraries of the language are those that all compilers know. */
const SETTINGS: Setting[] = [
  { name: 'types: []', text: CONSOLE + PROGRAM, lib: ['es2023', 'esnext.disposable'], types: [] },
  {
    name: 'node and the DOM',
    text: PROGRAM + DOM_PROGRAM.replace("import { open } from 'uvfiles';\n", ''),
    lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable'],
    types: ['node'],
  },
  {
    name: 'the DOM, types: []',
    text: DOM_PROGRAM,
    lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable'],
    types: [],
  },
  {
    name: 'moduleResolution: node10',
    text: PROGRAM,
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    isOld: true,
  },
];

const counts = { passed: 0, failed: 0, skipped: 0 };

function compile(tsc: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, ...args], {
    cwd: inRoot(),
    encoding: 'utf8',
  });
  return status === 0 ? '' : stdout + stderr || `tsc ended with ${String(status)}`;
}

function testAssertions(): void {
  const files = readdirSync(inRoot('test/types')).filter((name) => /\.test-d\.c?ts$/.test(name));
  const texts = files.map((name) => readFileSync(inRoot('test/types', name), 'utf8'));
  const assertions = texts.reduce((sum, text) => sum + (text.match(ASSERTION)?.length ?? 0), 0);
  const output = compile(inRoot('node_modules/typescript/bin/tsc'), '-p', 'test/types');
  if (output !== '') console.log(output.trimEnd());
  const failed = output === '' ? 0 : Math.max(1, output.match(/error TS\d+/g)?.length ?? 0);
  counts.failed += failed;
  counts.passed += output === '' ? assertions : Math.max(0, assertions - failed);
  console.log(`Types: ${counts.passed} assertions hold, ${failed} do not, in ${files.length} files`);
}

/** Lays the programs out inside the project, from where `uvfiles` is the built package. */
function layOut(folder: string): { name: string; isOld: boolean; config: string }[] {
  return SETTINGS.map(({ name, text, lib, types, isOld = false }, index) => {
    const at = path.join(folder, String(index));
    mkdirSync(at, { recursive: true });
    const program = isOld ? 'program.ts' : 'program.mts';
    if (isOld) {
      // With this resolution, a package does not find itself.
      mkdirSync(path.join(at, 'node_modules'));
      symlinkSync(inRoot(), path.join(at, 'node_modules/uvfiles'), 'junction');
    }
    writeFileSync(path.join(at, program), text);
    const modules = isOld
      ? { module: 'commonjs', moduleResolution: 'node10', esModuleInterop: true }
      : { module: 'nodenext', moduleResolution: 'nodenext' };
    const compilerOptions = {
      ...{ target: 'es2022', ...modules, lib, types },
      ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
    };
    const config = path.join(at, 'tsconfig.json');
    writeFileSync(config, JSON.stringify({ compilerOptions, files: [program] }));
    return { name, isOld, config };
  });
}

async function testCompilers(): Promise<void> {
  const folder = inRoot('.cache', `types-${process.pid}`);
  try {
    const programs = layOut(folder);
    for (const version of COMPILERS) {
      const found = await npmPackage('typescript', version).catch((error: unknown) => {
        counts.skipped += programs.length;
        console.log(`  skipped: TypeScript ${version}: ${String(error).split('\n', 1)[0] ?? ''}`);
        return undefined;
      });
      if (found === undefined) continue;
      const manifest = JSON.parse(readFileSync(path.join(found, 'package.json'), 'utf8')) as {
        version: string;
      };
      for (const { name, isOld, config } of programs) {
        if (isOld && Number.parseInt(manifest.version, 10) > 5) continue; // deprecated, then removed
        // Errors inside other packages' declarations, such as Node's under an old compiler, are not ours.
        const errors = compile(path.join(found, 'bin/tsc'), '-p', config, '--pretty', 'false')
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith(' ') && !line.includes('node_modules/'));
        if (errors.length === 0) counts.passed++;
        else counts.failed++;
        console.log(
          `  TypeScript ${manifest.version}, ${name}: ${errors.length === 0 ? 'compiles' : 'fails'}`,
        );
        for (const error of errors.slice(0, 20)) console.log(`    ${error}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

testAssertions();
await testCompilers();
const { passed, failed, skipped } = counts;
console.log(`Types: ${passed} passed, ${failed} failed, ${skipped} skipped`);
if (process.env.UVFILES_TEST_COUNTS)
  writeFileSync(process.env.UVFILES_TEST_COUNTS, `${passed} ${failed} ${skipped}\n`);
if (failed > 0 || passed === 0) process.exitCode = 1;
