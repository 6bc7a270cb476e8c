// Writes dist/lib, the bundle; dist/types, the declarations that it has for users; and dist/esm: for each subpath of
// package.json one ES module that re-exports it by name, so that `import` and `require` share one instance (one dispatcher,
// one set of error classes).
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../support/root.mjs';
import { SetupError, run } from '../support/run.mjs';
import { writeBundle } from './bundle.ts';

interface Manifest {
  name: string;
  exports: Record<string, string | { import: { default: string } }>;
}

/** [subpath, module name in dist] of each export that has code: './os' -> ['uvfiles/os', 'os/index']. */
function subpathsOfPackage(): [subpath: string, module: string][] {
  const { exports, name } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as Manifest;
  return Object.entries(exports)
    .flatMap(([subpath, target]): [string, string][] => {
      if (typeof target === 'string') return [];
      const match = /^\.\/dist\/esm\/(.+)\.js$/.exec(target.import.default);
      if (!match) throw new SetupError(`package.json: exports["${subpath}"] does not point into dist/esm`);
      return [[path.posix.join(name, subpath), match[1]!]];
    })
    .filter(([, module]) => existsSync(inRoot('lib', `${module}.ts`)));
}

/**
 * Names that each CommonJS module exports, asked of itself: the types know no difference between class and value. A module
 * whose exports depend on the running Node lists all of them under a symbol.
 */
async function exportedNames(files: string[]): Promise<string[][]> {
  const script =
    'const names = (m) => [...(m[Symbol.for("uvfiles.exports")] ?? Object.keys(m)), ...("default" in m ? ["default"] : [])];' +
    'console.log(JSON.stringify(process.argv.slice(1).map((file) => names(require(file)))))';
  const { code, output } = await run(process.execPath, ['-e', script, '--', ...files]);
  if (code !== 0) throw new SetupError(`lib/ compiles, but does not load:\n\n${output}`);
  return (JSON.parse(output) as string[][]).map((names) => [...new Set(names)].sort());
}

function facade(toCommonJs: string, names: string[]): string {
  const list = names.map((name) => (name === 'default' ? '' : `  ${name},\n`)).join('');
  const main = names.includes('default') ? 'export default uvfiles;\n' : '';
  return `import uvfiles from '${toCommonJs}';\n\nexport const {\n${list}} = uvfiles;\n${main}`;
}

function facadeTypes(toCommonJs: string, names: string[]): string {
  const main = names.includes('default') ? `export { default } from '${toCommonJs}';\n` : '';
  return `export * from '${toCommonJs}';\n${main}`;
}

/** Copies the declarations of these modules, and those that they need, from dist/cjs to dist/types. */
function writeTypes(modules: string[]): void {
  rmSync(inRoot('dist/types'), { recursive: true, force: true });
  const wanted = new Set(modules.map((module) => `${module}.d.ts`));
  for (const file of wanted) {
    for (const name of [file, `${file}.map`])
      cpSync(inRoot('dist/cjs', name), inRoot('dist/types', name), { recursive: true });
    const imports = readFileSync(inRoot('dist/cjs', file), 'utf8').matchAll(
      /(?:\bfrom|\bimport\(|\bimport)\s*['"](\.[^'"]+)\.js['"]/g,
    );
    // A set may grow while it is being iterated over.
    for (const [, from] of imports) wanted.add(path.posix.join(path.posix.dirname(file), `${from}.d.ts`));
  }
  writeFileSync(inRoot('dist/types/package.json'), '{ "type": "commonjs" }\n');
}

/** Writes dist/esm, dist/types and dist/cjs/package.json; resolves to the subpaths written. */
export async function writeFacades(): Promise<string[]> {
  const subpaths = subpathsOfPackage();
  writeFileSync(inRoot('dist/cjs/package.json'), '{ "type": "commonjs" }\n');
  await writeBundle(subpaths.map(([, module]) => module));
  writeTypes(subpaths.map(([, module]) => module));
  const names = await exportedNames(subpaths.map(([, module]) => inRoot('dist/lib', `${module}.js`)));
  subpaths.forEach(([, module], index) => {
    const exported = names[index]!;
    if (exported.length === 0) throw new SetupError(`lib/${module}.ts exports no value`);
    const file = inRoot('dist/esm', `${module}.js`);
    const up = '../'.repeat(module.split('/').length);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, facade(`${up}lib/${module}.js`, exported));
    writeFileSync(file.replace(/\.js$/, '.d.ts'), facadeTypes(`${up}types/${module}.js`, exported));
  });
  return subpaths.map(([subpath]) => subpath);
}
