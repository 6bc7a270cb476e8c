// The mocha suite as plain JavaScript in a folder of its own, for runtimes on which tsx's esbuild does not run: the types
// are stripped, the package is the one that was built, the binary the one in prebuilds/.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { inRoot } from '../support/root.mjs';

const COPIES = ['package.json', 'bin', 'dist', 'prebuilds', 'src-native', 'README.md', 'LICENSE'];
/** TypeScript that tests import or run. */
const STRIPPED = ['bench', 'examples', 'scripts', 'test'];
/** What tests and the package need at run time; the rest of node_modules is large. */
const PACKAGES = /^(mocha|chai|iconv-lite|safer-buffer)$/;

function withDependencies(names: string[]): Set<string> {
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')) as {
    packages: Record<string, { dependencies?: object } | undefined>;
  };
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name) || !existsSync(inRoot('node_modules', name))) return;
    found.add(name);
    Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {}).forEach(visit);
  };
  names.forEach(visit);
  return found;
}

function strip(from: string, to: string): void {
  const { outputText } = ts.transpileModule(readFileSync(from, 'utf8'), {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: false,
      rewriteRelativeImportExtensions: true,
      inlineSourceMap: true, // with --enable-source-maps a stack names the file that somebody wrote
    },
    fileName: path.basename(from),
  });
  writeFileSync(to, outputText);
}

/** Tests of pure functions import them from lib/, in which there is then what was compiled of it. */
function layOutLib(folder: string): void {
  cpSync(inRoot('dist/cjs'), path.join(folder, 'lib'), { recursive: true });
  writeFileSync(path.join(folder, 'lib/package.json'), '{ "type": "commonjs" }\n');
}

/** Lays the suite out in `folder`; run there: `node node_modules/mocha/bin/mocha.js --reporter dot --recursive --extension test.js test`. */
export function layOutMochaSuite(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, 'test'), { recursive: true });
  for (const name of COPIES)
    if (existsSync(inRoot(name))) cpSync(inRoot(name), path.join(folder, name), { recursive: true });
  for (const name of withDependencies(
    readdirSync(inRoot('node_modules')).filter((each) => PACKAGES.test(each)),
  ))
    cpSync(inRoot('node_modules', name), path.join(folder, 'node_modules', name), { recursive: true });
  layOutLib(folder);
  for (const name of STRIPPED) copyStripped(name, folder);
}

/** Copies a folder of the repository; each file of TypeScript becomes one of JavaScript. */
function copyStripped(top: string, folder: string): void {
  for (const name of readdirSync(inRoot(top), { recursive: true, encoding: 'utf8' })) {
    const from = inRoot(top, name);
    const to = path.join(folder, top, name);
    if (top === 'test' && name.startsWith('types')) continue;
    mkdirSync(path.dirname(to), { recursive: true });
    if (name.endsWith('.ts') && !name.endsWith('.d.ts')) strip(from, to.replace(/\.ts$/, '.js'));
    else if (/\.(py|c|cjs|mjs|json)$/.test(name)) cpSync(from, to);
  }
}
