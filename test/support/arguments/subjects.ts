// Everything that can be called: the functions that each subpath exports, and the methods of each class of handles.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { BinaryFile, open, openAtomic, os, RawFile, tempfile, TextFile } from 'uvfiles';

import { root } from '../temp.js';
import {
  byteMethods,
  directoryMethods,
  entryMethods,
  functions,
  judgedElsewhere,
  type Signature,
  type Signatures,
  textMethods,
} from './every-function.js';

const require = createRequire(import.meta.url);

export type Callable = (...args: unknown[]) => unknown;

/** A function or method to call. */
export interface Subject {
  readonly title: string;
  readonly signature: Signature;
  /** Makes a call possible; a method gets a handle on a file in the working directory. */
  readonly prepare: () => Promise<Prepared>;
}

export interface Prepared {
  readonly call: Callable;
  readonly release: () => Promise<void>;
}

/** The exports of a subpath or the methods of a class, and those that are missing in the list of signatures. */
export interface Group {
  readonly title: string;
  readonly subjects: readonly Subject[];
  readonly unlisted: readonly string[];
}

const nothingToRelease = (): Promise<void> => Promise.resolve();

/** The functions of every subpath of the package. */
export function exportedFunctions(): Group[] {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const groups: Group[] = [];
  for (const subpath of Object.keys(exports)) {
    if (subpath in judgedElsewhere) continue;
    const module = require(path.posix.join('uvfiles', subpath)) as Record<string, unknown>;
    const names = Object.keys(module).filter((name) => typeof module[name] === 'function');
    groups.push(
      groupOf(path.posix.join('uvfiles', subpath), names, functions[subpath] ?? {}, (name) =>
        Promise.resolve({ call: module[name] as Callable, release: nothingToRelease }),
      ),
    );
  }
  return groups;
}

type AnyHandle = Record<string, Callable>;

const end = async (handle: AnyHandle): Promise<void> => {
  await (handle.abort ?? handle.close)?.call(handle);
};

async function firstEntry(): Promise<object> {
  const entries = os.scandir('d');
  try {
    const { value } = await entries.next();
    return value as object;
  } finally {
    await entries.close();
  }
}

/** The methods of every class of handles. */
export function methodsOfHandles(): Group[] {
  const [raw, binary, text] = [RawFile, BinaryFile, TextFile].map(({ prototype }) =>
    methodsOf(prototype),
  ) as [string[], string[], string[]];
  const entry = methodsOf(os.DirEntry.prototype);
  const classes: [title: string, names: string[], methods: Signatures, make: () => Promise<object>][] = [
    ['RawFile', raw, byteMethods, () => open('f', 'rb+', { buffering: 0 })],
    ['BinaryFile', binary, byteMethods, () => open('f', 'rb+')],
    ['TextFile', text, textMethods, () => open('f', 'r+')],
    [
      'a file in memory',
      [...binary, 'rollover'],
      byteMethods,
      () => tempfile.spooledTemporaryFile({ maxSize: 100 }),
    ],
    [
      'a text in memory',
      [...text, 'rollover'],
      textMethods,
      () => tempfile.spooledTemporaryFile({ maxSize: 100, mode: 'w+' }),
    ],
    ['an atomic file', [...binary, 'commit', 'abort'], byteMethods, () => openAtomic('f', 'w+b')],
    ['an entry of a directory', entry, entryMethods, firstEntry],
    [
      'a temporary directory',
      ['cleanup', 'close', 'toString'],
      directoryMethods,
      () => tempfile.temporaryDirectory({ dir: '.' }),
    ],
  ];
  return classes.map(([title, names, methods, make]) =>
    groupOf(title, names, methods, async (name) => {
      const handle = (await make()) as AnyHandle;
      return { call: (...args) => handle[name]!(...args), release: () => end(handle) };
    }),
  );
}

function methodsOf(handle: object): string[] {
  const names = new Set<string>();
  for (let at = handle; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (typeof value === 'function' && name !== 'constructor' && !name.startsWith('_')) names.add(name);
  }
  return [...names];
}

function groupOf(
  title: string,
  names: readonly string[],
  signatures: Signatures,
  prepare: (name: string) => Promise<Prepared>,
): Group {
  const listed = names.filter((name) => signatures[name] !== undefined);
  return {
    title,
    unlisted: names.filter((name) => signatures[name] === undefined),
    subjects: listed.map((name) => ({
      title: `${title}: ${name}`,
      signature: signatures[name]!,
      prepare: () => prepare(name),
    })),
  };
}
