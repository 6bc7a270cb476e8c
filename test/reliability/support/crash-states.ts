// Every state that a power cut can leave of a recorded program, as in ALICE (Pillai et al., OSDI 2014): at each moment,
// any part of the unsynced changes can be on the disk, in any order.
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { Random } from '../../support/random.js';
import {
  applyData,
  type DataChange,
  dependsOn,
  type DirectoryNode,
  type DiskModel,
  type FileNode,
  type NameChange,
  newDirectory,
  newFile,
  type Node,
  setName,
} from './disk-model.js';
import { Replay } from './replay.js';
import { recordCalls } from './system-calls.js';

/** The files on the disk after the cut: contents by path, with directories (`name/`) and links (`-> target`). */
export type State = Record<string, string>;

/** Returns what is wrong with a state, if anything. `done` is what the program had printed before the cut. */
export type Check = (state: State, done: readonly string[]) => string | undefined;

export interface Crashes {
  /** The number of checked states, and of different ones. */
  states: number;
  distinct: number;
  instants: number;
  /** The faults, each once. */
  faults: string[];
}

const MOST_AT_ONE_INSTANT = 4000;

/**
 * Runs a program under strace and checks every state that a power cut may leave.
 * @param folders the program's arguments: what is below them is looked at
 */
export async function crashStates(
  code: string,
  folders: string[],
  check: Check,
  o: { inject?: string[] } = {},
): Promise<Crashes> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'uvfiles-calls-'));
  const replay = new Replay(folders);
  for (const each of folders) load(replay.model, each);
  try {
    const { calls, ending } = await recordCalls(code, {
      log: path.join(scratch, 'log'),
      argv: folders,
      ...o,
    });
    expect(ending.stderr).to.equal('');
    expect(ending.code).to.equal(0);
    const found: Crashes = { states: 0, distinct: 0, instants: 0, faults: [] };
    const seen = new Set<string>();
    const look = (): void => {
      found.instants++;
      for (const state of statesOf(replay.model, folders)) {
        found.states++;
        const key = JSON.stringify([state, replay.done]);
        if (seen.has(key)) continue;
        seen.add(key);
        const fault = check(state, replay.done);
        if (fault !== undefined && !found.faults.includes(fault)) found.faults.push(fault);
      }
    };
    look();
    for (const call of calls) if (replay.perform(call)) look();
    for (const each of folders)
      expect(replay.seen(each), 'the model follows the file system').to.deep.equal(onDisk(each));
    found.distinct = seen.size;
    return found;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

// The files before the program runs, which are durable.
function load(model: DiskModel, folder: string): void {
  let directory = model.root;
  for (const name of folder.split('/').filter(Boolean)) {
    const next = directory.names.get(name) ?? newDirectory();
    for (const names of [directory.names, directory.durable]) setName(names, name, next);
    directory = next as DirectoryNode;
  }
  fill(directory, folder);
}

function fill(directory: DirectoryNode, folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const stats = lstatSync(file);
    let node: Node;
    if (stats.isDirectory()) fill((node = newDirectory()), file);
    else if (stats.isSymbolicLink()) node = { kind: 'link', target: readlinkSync(file) };
    else node = newFile(readFileSync(file));
    for (const names of [directory.names, directory.durable]) setName(names, name, node);
  }
}

/** A folder as it is, in the form of a state. */
export function onDisk(folder: string): State {
  const state: State = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(folder, name);
    const stats = lstatSync(file);
    if (stats.isDirectory()) state[`${file}/`] = '';
    else state[file] = stats.isSymbolicLink() ? `-> ${readlinkSync(file)}` : readFileSync(file, 'latin1');
  }
  return state;
}

function* statesOf(model: DiskModel, folders: string[]): Generator<State> {
  const random = new Random(1);
  const { pendingNames } = model;
  let budget = MOST_AT_ONE_INSTANT;
  for (const kept of subsets(pendingNames, random)) {
    const names = new Map<DirectoryNode, Map<string, Node>>();
    for (const { directory, name, node } of kept.flat()) {
      if (!names.has(directory)) names.set(directory, new Map(directory.durable));
      setName(names.get(directory)!, name, node);
    }
    const listed = folders.map((each) => list(model.root, each, names));
    const files = [
      ...new Set(listed.flatMap((each) => Object.values(each)).filter((each) => each.kind === 'file')),
    ];
    for (const contents of combinations(files, random)) {
      if (budget-- === 0) return;
      const state: State = {};
      for (const each of listed) {
        for (const [file, node] of Object.entries(each)) {
          if (node.kind === 'directory') state[`${file}/`] = '';
          else state[file] = node.kind === 'link' ? `-> ${node.target}` : contents.get(node)!;
        }
      }
      yield state;
    }
  }
}

// Every set of changes that can be on the disk. A change of a name requires the earlier changes of the same name.
function* subsets(changes: NameChange[], random: Random): Generator<NameChange[]> {
  const few = changes.length <= 12;
  const rounds = few ? 2 ** changes.length : MOST_AT_ONE_INSTANT;
  for (let round = 0; round < rounds; round++) {
    const kept = changes.filter((_, i) => (few ? (round >> i) & 1 : random.below(2)) === 1);
    const isLegal = kept.every((later) =>
      changes
        .slice(0, changes.indexOf(later))
        .every((earlier) => kept.includes(earlier) || !dependsOn(later, earlier)),
    );
    if (isLegal) yield kept;
  }
}

function list(
  root: DirectoryNode,
  folder: string,
  names: Map<DirectoryNode, Map<string, Node>>,
): Record<string, Node> {
  const found: Record<string, Node> = {};
  const entries = (directory: DirectoryNode): Map<string, Node> => names.get(directory) ?? directory.durable;
  const visit = (directory: DirectoryNode, prefix: string): void => {
    for (const [name, node] of entries(directory)) {
      found[`${prefix}/${name}`] = node;
      if (node.kind === 'directory') visit(node, `${prefix}/${name}`);
    }
  };
  let directory: Node | undefined = root;
  for (const name of folder.split('/').filter(Boolean))
    directory = entries(directory as DirectoryNode).get(name)!;
  visit(directory as DirectoryNode, folder);
  return found;
}

// One possible content of each file. If there are too many combinations, only some of them.
function* combinations(files: FileNode[], random: Random): Generator<Map<FileNode, string>> {
  const choices = files.map((file) => contentsOf(file));
  const total = choices.reduce((product, each) => product * each.length, 1);
  const few = total <= 500;
  for (let round = 0; round < (few ? total : 500); round++) {
    let rest = round;
    const chosen = new Map<FileNode, string>();
    files.forEach((file, i) => {
      const own = choices[i]!;
      chosen.set(file, own[few ? rest % own.length : random.below(own.length)]!);
      rest = Math.floor(rest / own.length);
    });
    yield chosen;
  }
}

const known = new WeakMap<FileNode, { durable: Buffer; changes: number; contents: string[] }>();

/** The possible contents of a file: of each unsynced change nothing, all, its first or last half, or only the new size. */
function contentsOf(file: FileNode): string[] {
  const before = known.get(file);
  if (before?.durable === file.durable && before.changes === file.pending.length) return before.contents;
  let contents = new Map([[file.durable.toString('latin1'), file.durable]]);
  for (const change of file.pending) {
    const next = new Map<string, Buffer>();
    for (const content of contents.values()) {
      for (const part of partsOf(change, content)) {
        const after = part === undefined ? content : applyData(content, part);
        if (next.size < 200) next.set(after.toString('latin1'), after);
      }
    }
    contents = next;
  }
  const list = [...contents.keys()];
  known.set(file, { durable: file.durable, changes: file.pending.length, contents: list });
  return list;
}

function partsOf(change: DataChange, content: Buffer): (DataChange | undefined)[] {
  if ('size' in change) return [undefined, change];
  const { at, bytes } = change;
  const half = bytes.length >> 1;
  const size = Math.max(content.length, at + bytes.length);
  return [
    undefined,
    change,
    { at, bytes: bytes.subarray(0, half) },
    { at: at + half, bytes: bytes.subarray(half) },
    { size },
  ];
}
