// Every method of a mounted file system, and of its open files, is in the tables of what is published, with the right arguments.
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';
import ts from 'typescript';

import { FILE_CALLS, STORE_CALLS } from '../../lib/filesystem/publishing.js';
import { root } from '../support/temp.js';

/** The parameters of each method of an interface, such as `path: FilePath`. Real files alone have properties that are functions. */
function methodsOf(name: string, type: string): Map<string, string[]> {
  const file = path.join(root, 'lib/filesystem', name);
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found = source.statements.find(
    (each): each is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(each) && each.name.text === type,
  );
  const methods = found!.members.filter((member) => ts.isMethodSignature(member));
  return new Map(
    methods.map((method) => [
      method.name.getText(source),
      method.parameters.map((parameter) => parameter.getText(source)),
    ]),
  );
}

const TABLES = [
  { type: 'Store', module: 'store.ts', calls: STORE_CALLS, realOnly: ['readSmallFile'] },
  {
    type: 'OpenFile',
    module: 'open-file.ts',
    calls: FILE_CALLS,
    realOnly: ['preadInline', 'statInline', 'closeInline', 'stopWaiting', 'finish', 'release'],
  },
];

describe('the tables of published calls', () => {
  for (const { type, module, calls, realOnly } of TABLES) {
    const methods = methodsOf(module, type);

    it(`name each method of ${type} that mounted file systems have`, () => {
      expect([...Object.keys(calls), ...realOnly]).to.have.members([...methods.keys()]);
    });

    it(`say which arguments of ${type} are the path and the options`, () => {
      for (const [name, row] of Object.entries(calls)) {
        if (typeof row === 'string') continue;
        const parameters = methods.get(name)!;
        const [, pathAt, optionsAt] = row;
        const optionsOf = /^(o|call)\?: (OpOptions|CallOptions)$/;
        expect(
          parameters.findIndex((each) => optionsOf.test(each)),
          name,
        ).to.equal(optionsAt ?? -1);
        const isPath = type !== 'OpenFile' && parameters[0]!.endsWith(': FilePath');
        expect(isPath ? 0 : -1, name).to.equal(pathAt ?? -1);
      }
    });
  }
});
