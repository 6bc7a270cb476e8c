// The numbers that TypeScript and C++ share. Each side defines them, and this test compares both files.
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { skip } from '../support/skip.js';
import { root } from '../support/temp.js';

const source = (name: string): string =>
  readFileSync(path.join(root, name), 'utf8').replaceAll(/\/\/.*$/gm, '');

/** `const NAME = number;` of a module, or `named(number, …)`, by the name in C++, in lower case: READ_MANY is kReadMany. */
function constantsOf(name: string, prefix = ''): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, constant, text] of source(name).matchAll(
    /const ([A-Z][A-Z0-9_]*) = (?:named\()?(-?[\d_]+)[;,]/g,
  )) {
    if (!constant!.startsWith(prefix)) continue;
    const words = constant!.slice(prefix.length).replaceAll('_', '');
    found.set(`k${words.toLowerCase()}`, Number(text!.replaceAll('_', '')));
  }
  return found;
}

/** The enumerators of an enum, including those without an explicit value. */
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

/** A C++ constant outside of an enum. */
function constexprOf(name: string, constant: string): number {
  const value = new RegExp(String.raw`constexpr \w+ ${constant} =\s*(-?\w+);`).exec(source(name))?.[1];
  expect(value, `${constant} in ${name}`).to.be.a('string');
  return Number(value);
}

/** The quoted words of the list that `name` defines as `list`. */
function listOf(name: string, list: string): string[] {
  const body = new RegExp(String.raw`${list}\b[^=]*=\s*[[{]([^\]}]*)`).exec(source(name))?.[1];
  expect(body, `${list} in ${name}`).to.be.a('string');
  return [...body!.matchAll(/(?:'(\w*)'|"(\w*)"|undefined)/g)].map(
    ([, single, double]) => single ?? double ?? '',
  );
}

/**
 * A table: the module, the beginning of its constants' names, or the names; the header, the enum, and what the
 * enumerators' names have in front.
 */
const TABLES: readonly [string, string | readonly string[], string, string, string?][] = [
  ['task-kinds.ts', '', 'core/tasks/registry.h', 'TaskKind'],
  ['protocol.ts', 'KIND_', 'core/operation.h', 'OpKind'],
  ['protocol.ts', 'FLAG_', 'core/operation.h', 'OpFlags'],
  ['protocol.ts', 'TAG_', 'binding/environment.h', 'Tag'],
  ['protocol.ts', 'ARG_', 'binding/environment.h', 'Argument'],
  ['protocol.ts', 'ACCESS_', 'platform/cached.h', 'CacheAccess'],
  ['path-call.ts', '', 'core/tasks/path_call.h', 'PathCallName'],
  ['temporary.ts', ['ANONYMOUS', 'REGISTERED', 'APPENDING'], 'core/tasks/temp_file.h', 'TempFileFlags'],
  [
    'remove-tree.ts',
    ['FORCE', 'IGNORE_ERRORS', 'REPORT_EACH', 'MISSING_IS_FINE', 'WITH_HANDS'],
    'core/tasks/remove_tree.h',
    'RemoveTreeFlags',
  ],
  ['store/tree-walk.ts', ['BOTTOM_UP', 'FOLLOW_LINKS', 'NO_HIDDEN'], 'core/tasks/walk_tree.h', 'WalkFlags'],
  [
    'store/replace.ts',
    ['DURABLE', 'PERMISSIONS_GIVEN', 'IN_PLACE_IF_BUSY'],
    'core/tasks/write_atomic.h',
    'AtomicFlags',
  ],
  ['store/replace.ts', ['EXCLUSIVE'], 'core/tasks/write_atomic.h', 'AtomicFlags', 'atomic'],
  ['store/listing.ts', ['NAMES_ONLY', 'SORTED'], 'core/tasks/directories.h', 'ScanFlags'],
  [
    'store/copies.ts',
    ['EXCLUSIVE', 'PRESERVE', 'FOLLOW', 'EXIST_OK'],
    'core/tasks/copies.h',
    'CopyFlags',
    'copy',
  ],
  ['store/many.ts', ['LINKS_THEMSELVES', 'EXACT'], 'core/tasks/stat_many.h', 'StatManyFlags'],
  ['file-lock.ts', ['TRY', 'UNLOCK'], 'core/tasks/file_lock.h', 'FileLockCall'],
  ['extended-attributes.ts', ['ANY', 'CREATE', 'REPLACE'], 'core/tasks/path_call.h', 'AttributeMode'],
];

/** Names that differ in C++. From kNoWait on, the kernel can report cached data. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  kappend: 'kappendtell',
  kcached: 'knowait',
  kcount: 'kargumentcount',
  klane: 'klanenumber',
};

describe('the numbers that TypeScript and C++ share', () => {
  before(function () {
    if (!existsSync(path.join(root, 'lib/native/protocol.ts')))
      skip(this, 'there are no sources beside this build');
  });

  for (const [module, names, header, type, before = ''] of TABLES) {
    const what = typeof names === 'string' ? names : names.join(', ');
    it(`are the same in ${module}${what && ` (${what})`} and in ${type}`, () => {
      const file = `lib/native/${module}`;
      const theirs = enumOf(`src-native/${header}`, type);
      let ours: Map<string, number>;
      if (typeof names === 'string') ours = constantsOf(file, names);
      else {
        const all = constantsOf(file);
        ours = new Map(
          names.map((name) => `k${name.toLowerCase().replaceAll('_', '')}`).map((k) => [k, all.get(k)!]),
        );
      }
      expect(ours.size).to.be.greaterThan(0);
      for (const [name, value] of ours) {
        const other = OTHER_NAMES[name] ?? name.replace('k', `k${before}`);
        expect(theirs.get(other), `${name} is ${other} of ${type}`).to.equal(value);
      }
    });
  }

  it('are the same for the layout of records', () => {
    const environment = 'src-native/binding/environment.h';
    const protocol = constantsOf('lib/native/protocol.ts');
    const fields = constexprOf('src-native/core/stat_record.h', 'kFields');
    expect(protocol.get('krecordheader')).to.equal(constexprOf(environment, 'kRecordHeader'));
    expect(protocol.get('krecorddoubles')).to.equal(constexprOf(environment, 'kRecordDoubles'));
    expect(protocol.get('kstatfields')).to.equal(fields);
    expect(constantsOf('lib/native/store/many.ts').get('kstatfields')).to.equal(fields + 1);
    expect(constantsOf('lib/native/store/beneath-files.ts').get('kstatfields')).to.equal(fields);
    expect(listOf('lib/native/protocol.ts', 'SYSCALLS')).to.deep.equal(listOf(environment, 'kSyscalls'));
    expect(protocol.get('kadoptdescriptor')).to.equal(
      constexprOf('src-native/core/operation.h', 'kAdoptDescriptor'),
    );
    expect(protocol.get('kcurrent')).to.equal(constexprOf('src-native/core/operation.h', 'kCurrent'));
    expect(/MISS = (-0x\w+)/.exec(source('lib/native/protocol.ts'))?.[1]).to.equal(
      /kMiss = (-0x\w+)/.exec(source('src-native/core/inline_io.h'))?.[1],
    );
  });

  it('are the same for the buckets of histograms', () => {
    const header = 'src-native/core/histogram.h';
    const ours = constantsOf('lib/schedule/histogram.ts');
    expect(ours.get('ksubbits')).to.equal(constexprOf(header, 'kSubBits'));
    expect(ours.get('kfirstoctave')).to.equal(constexprOf(header, 'kFirstOctave'));
    expect(/BUCKETS = (\d+) << SUB_BITS/.exec(source('lib/schedule/histogram.ts'))?.[1]).to.equal(
      String(constexprOf(header, 'kOctaves')),
    );
  });

  it('are the same for the types of directory entries', () => {
    const ours = listOf('lib/native/store/listing.ts', 'TYPES');
    for (const [name, value] of enumOf('src-native/core/tasks/directories.h', 'EntryType'))
      expect(ours[value]?.replace('symlink', 'link'), name).to.equal(name.slice(1));
  });

  it('are the same for the calls that an entry of a list can fail in', () => {
    const calls = enumOf('src-native/core/tasks/read_many.h', 'ReadManyCall');
    const ours = listOf('lib/native/store/many.ts', 'SYSCALLS');
    expect(ours.map((name) => calls.get(`k${name.replace('fstat', 'stat')}`))).to.deep.equal([0, 1, 2]);
  });
});
