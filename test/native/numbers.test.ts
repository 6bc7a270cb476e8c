// The numbers that TypeScript and C++ agree on: each side writes them down, and both files are read here.
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { root } from '../support/temp.js';

const source = (name: string): string =>
  readFileSync(path.join(root, name), 'utf8').replaceAll(/\/\/.*$/gm, '');

/** `const NAME = number;` of a module, by the name that C++ would give, in lower case: READ_MANY is kReadMany. */
function constantsOf(name: string, prefix = '', suffix = ''): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, constant, text] of source(name).matchAll(/const ([A-Z][A-Z0-9_]*) = (-?[\d_]+);/g)) {
    if (!constant!.startsWith(prefix) || !constant!.endsWith(suffix)) continue;
    const words = constant!.slice(prefix.length, constant!.length - suffix.length).replaceAll('_', '');
    found.set(`k${words.toLowerCase()}`, Number(text!.replaceAll('_', '')));
  }
  return found;
}

/** The enumerators of an enum, also those that count up by themselves. */
function enumOf(name: string, type: string): Map<string, number> {
  const body = new RegExp(String.raw`enum (?:class )?${type}\b[^{]*\{([^}]*)\}`).exec(source(name))?.[1];
  expect(body, `${type} in ${name}`).to.be.a('string');
  const found = new Map<string, number>();
  let next = 0;
  for (const [, enumerator, value] of body!.matchAll(/(k\w+)\s*(?:=\s*([^,\n]+))?/g)) {
    if (value !== undefined && /^-?\d+\s*$/.test(value)) next = Number(value);
    else if (value !== undefined && /^1\s*<<\s*\d+\s*$/.test(value)) next = 1 << Number(value.split('<<')[1]);
    else if (value !== undefined) continue;
    found.set(enumerator!.toLowerCase(), next++);
  }
  return found;
}

describe('the numbers that TypeScript and C++ share', () => {
  before(function () {
    if (!existsSync(path.join(root, 'lib/native/protocol.ts'))) this.skip();
  });

  const compare = (ours: Map<string, number>, theirs: Map<string, number>, least: number): void => {
    const both = [...ours].filter(([name]) => theirs.has(name));
    expect(both.length, 'names that both have').to.be.at.least(least);
    expect(Object.fromEntries(both)).to.deep.equal(
      Object.fromEntries(both.map(([name]) => [name, theirs.get(name)])),
    );
  };

  it('are the same for the kinds of tasks, all of them', () => {
    const ours = constantsOf('lib/native/task-kinds.ts');
    const theirs = enumOf('src-native/core/tasks/registry.h', 'TaskKind');
    for (const name of ours.keys()) expect(theirs.has(name), name).to.equal(true);
    compare(ours, theirs, 15);
  });

  it('are the same for operations, tags, arguments and flags', () => {
    const protocol = 'lib/native/protocol.ts';
    compare(constantsOf(protocol, 'KIND_'), enumOf('src-native/core/operation.h', 'OpKind'), 8);
    compare(constantsOf(protocol, 'TAG_'), enumOf('src-native/binding/environment.h', 'Tag'), 8);
    compare(constantsOf(protocol, 'ARG_'), enumOf('src-native/binding/environment.h', 'Argument'), 12);
    compare(constantsOf(protocol, 'FLAG_'), enumOf('src-native/core/operation.h', 'OpFlags'), 6);
  });

  it('are the same for calls on a path, on every system', () => {
    const ours = constantsOf('lib/native/path-call.ts');
    compare(ours, enumOf('src-native/platform/posix/tasks/path_call.h', 'PathCallName'), 21);
    const beneath = constantsOf('lib/native/beneath.ts', '', '_BENEATH');
    compare(beneath, enumOf('src-native/core/tasks/beneath.h', 'BeneathCall'), 15);
  });
});
