// The list of arguments that every-function.long.ts uses matches the declarations, so that no new parameter is forgotten.
import { expect } from 'chai';
import { existsSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import {
  byteMethods,
  directoryMethods,
  entryMethods,
  functions,
  type Signature,
  type Signatures,
  textMethods,
} from '../support/arguments/every-function.js';
import { root } from '../support/temp.js';

const declarationsOf = (subpath: string): string => path.join(root, 'dist/types', subpath, 'index.d.ts');
const subpaths = Object.keys(functions);

describe('the list of arguments', function () {
  this.timeout(240_000);
  let checker: ts.TypeChecker;
  let program: ts.Program;
  before(() => {
    program = ts.createProgram(subpaths.map(declarationsOf), {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      skipLibCheck: true,
      types: ['node'],
    });
    checker = program.getTypeChecker();
  });

  function exportsOf(subpath: string): ts.Symbol[] {
    const source = program.getSourceFile(declarationsOf(subpath))!;
    return checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
  }

  /** The parameters of the overload with the most parameters. */
  function parametersOf(symbol: ts.Symbol): string[] | undefined {
    const signatures = checker.getTypeOfSymbol(symbol).getCallSignatures();
    const lists = signatures.map(({ parameters }) =>
      // `in` cannot be the name of a parameter.
      parameters.map(({ name }) => (name === 'o' ? 'options' : name.replace(/_$/, ''))),
    );
    return lists.sort((a, b) => b.length - a.length)[0];
  }

  function expectListed(title: string, symbol: ts.Symbol, signature: Signature | undefined): void {
    const declared = parametersOf(symbol);
    if (declared === undefined || signature?.elsewhere !== undefined) return;
    expect(signature, `${title} is listed`).to.not.equal(undefined);
    expect(
      signature!.args.map(({ name }) => name),
      title,
    ).to.deep.equal(declared);
  }

  for (const subpath of subpaths)
    it(`has the parameters of ${path.posix.join('uvfiles', subpath)}`, () => {
      const exported = exportsOf(subpath);
      expect(exported).to.not.be.empty;
      for (const symbol of exported) expectListed(symbol.name, symbol, functions[subpath]![symbol.name]);
    });

  const handles: [subpath: string, type: string, methods: Signatures][] = [
    ['.', 'RawFile', byteMethods],
    ['.', 'BinaryFile', byteMethods],
    ['.', 'TextFile', textMethods],
    ['./os', 'DirEntry', entryMethods],
    ['./tempfile', 'TemporaryDirectory', directoryMethods],
  ];
  for (const [subpath, type, methods] of handles)
    it(`has the parameters of the methods of ${type}`, () => {
      const found = exportsOf(subpath).find(({ name }) => name === type)!;
      const original = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
      const members = checker.getDeclaredTypeOfSymbol(original).getProperties();
      expect(members).to.not.be.empty;
      for (const member of members) {
        if (member.name.startsWith('_')) continue;
        expectListed(`${type}.${member.name}`, member, methods[member.name]);
      }
    });

  it('names only existing tests for the functions that it leaves out', () => {
    for (const [name, { elsewhere }] of Object.values(functions).flatMap((each) => Object.entries(each)))
      for (const [file] of (elsewhere ?? '').matchAll(/test\/[\w./-]+\.ts/g))
        // Under wine, the tests are JavaScript.
        expect(
          [file, file.replace(/ts$/, 'js')].some((each) => existsSync(path.join(root, each))),
          `${name}: ${file}`,
        ).to.equal(true);
  });
});
