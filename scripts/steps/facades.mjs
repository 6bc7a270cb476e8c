// Writes dist/esm: for each subpath of package.json one ES module that re-exports the CommonJS build by name, so that
// `import` and `require` share one instance (one dispatcher, one set of error classes).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { inRoot } from '../support/root.mjs';
import { SetupError } from '../support/run.mjs';

/** [subpath, module name in dist] of each export that has code: './os' -> ['uvfiles/os', 'os/index']. */
function subpathsOfPackage() {
  const { exports, name } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([subpath, target]) => {
      const match = /^\.\/dist\/esm\/(.+)\.js$/.exec(target.import.default);
      if (!match) throw new SetupError(`package.json: exports["${subpath}"] does not point into dist/esm`);
      return [path.posix.join(name, subpath), match[1]];
    })
    .filter(([, module]) => existsSync(inRoot('lib', `${module}.ts`)));
}

/** Names of the values (not types) that a compiled module exports, as the type checker sees them. */
function exportedValues(checker, source) {
  const symbol = checker.getSymbolAtLocation(source);
  if (!symbol) return [];
  return checker
    .getExportsOfModule(symbol)
    .map((each) => [each.name, each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each])
    .filter(([name, each]) => name !== 'default' && (each.flags & ts.SymbolFlags.Value) !== 0)
    .map(([name]) => name)
    .sort();
}

function facade(toCommonJs, names) {
  const list = names.map((name) => `  ${name},\n`).join('');
  return `import uvfiles from '${toCommonJs}';\n\nexport const {\n${list}} = uvfiles;\n`;
}

/** Writes dist/esm and dist/cjs/package.json; returns the subpaths written. */
export function writeFacades() {
  const subpaths = subpathsOfPackage();
  const declarations = subpaths.map(([, module]) => inRoot('dist/cjs', `${module}.d.ts`));
  const program = ts.createProgram(declarations, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    noLib: true,
    types: [],
    noEmit: true,
  });
  writeFileSync(inRoot('dist/cjs/package.json'), '{ "type": "commonjs" }\n');
  subpaths.forEach(([subpath, module], index) => {
    const source = program.getSourceFile(declarations[index]);
    if (!source) throw new SetupError(`${subpath}: dist/cjs/${module}.d.ts was not written`);
    const names = exportedValues(program.getTypeChecker(), source);
    if (names.length === 0) throw new SetupError(`lib/${module}.ts exports no value`);
    const file = inRoot('dist/esm', `${module}.js`);
    mkdirSync(path.dirname(file), { recursive: true });
    const toCommonJs = path.posix.join('../'.repeat(module.split('/').length), 'cjs', `${module}.js`);
    writeFileSync(file, facade(toCommonJs, names));
    writeFileSync(file.replace(/\.js$/, '.d.ts'), `export * from '${toCommonJs}';\n`);
  });
  return subpaths.map(([subpath]) => subpath);
}
