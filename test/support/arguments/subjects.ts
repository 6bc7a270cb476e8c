// Whatever can be called: the functions that each subpath exports, and the methods of each class of handles.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { open, openAtomic, os, tempfile } from 'uvfiles';

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
import { Sandbox } from './sandbox.js';

export type Callable = (...args: unknown[]) => unknown;

/** Something to call. */
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

/** What is exported, or what a class of handles has, and its part that the list of signatures lacks. */
export interface Group {
  readonly title: string;
  readonly subjects: readonly Subject[];
  readonly unlisted: readonly string[];
}

const nothingToRelease = (): Promise<void> => Promise.resolve();

/** The functions of every subpath of the package. */
export async function exportedFunctions(): Promise<Group[]> {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const groups: Group[] = [];
  for (const subpath of Object.keys(exports)) {
    if (subpath in judgedElsewhere) continue;
    const module = (await import(path.posix.join('uvfiles', subpath))) as Record<string, unknown>;
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
export async function methodsOfHandles(): Promise<Group[]> {
  const classes: [title: string, methods: Signatures, make: () => Promise<object>][] = [
    ['RawFile', byteMethods, () => open('f', 'rb+', { buffering: 0 })],
    ['BinaryFile', byteMethods, () => open('f', 'rb+')],
    ['TextFile', textMethods, () => open('f', 'r+')],
    ['a file in memory', byteMethods, () => tempfile.spooledTemporaryFile({ maxSize: 100 })],
    ['a text in memory', textMethods, () => tempfile.spooledTemporaryFile({ maxSize: 100, mode: 'w+' })],
    ['an atomic file', byteMethods, () => openAtomic('f', 'w+b')],
    ['an entry of a directory', entryMethods, firstEntry],
    ['a temporary directory', directoryMethods, () => tempfile.temporaryDirectory({ dir: '.' })],
  ];
  const sandbox = new Sandbox();
  sandbox.enter();
  try {
    const groups: Group[] = [];
    for (const [title, methods, make] of classes) {
      const one = (await make()) as AnyHandle;
      groups.push(
        groupOf(title, methodsOf(one), methods, async (name) => {
          const handle = (await make()) as AnyHandle;
          return { call: (...args) => handle[name]!(...args), release: () => end(handle) };
        }),
      );
      await end(one);
    }
    return groups;
  } finally {
    sandbox.leave();
  }
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
