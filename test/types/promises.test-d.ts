// uvfiles/promises beside node:fs/promises: one can be given where the other is expected.
import type * as node from 'node:fs/promises';
import type { BigIntStats, Dirent, promises, Stats } from 'node:fs';

import type { Lane } from 'uvfiles';
import fs, * as namespace from 'uvfiles/promises';
import { type FileHandle, type Promises, open, readdir, readFile, stat, withLane } from 'uvfiles/promises';
import { expectType } from './expect.cjs';

type NodePromises = typeof node;

expectType<Promise<Stats>>()(stat('f'));
expectType<Promise<BigIntStats>>()(stat('f', { bigint: true }));
expectType<Promise<string>>()(readFile('f', 'utf8'));
expectType<Promise<Dirent[]>>()(readdir('f', { withFileTypes: true }));
expectType<Promise<FileHandle>>()(open('f', 'rs+'));
expectType<Promise<node.FileHandle>>()(open('f'));

export const asNodes: NodePromises = fs;
export const namespaceAsNodes: Omit<NodePromises, 'default'> = namespace;
export const likeFsPromises: typeof promises = fs;
declare const nodes: NodePromises;
export const asOurs: Omit<Promises, 'withLane'> = nodes;

declare const lane: Lane;
expectType<Promises>()(withLane(lane));
expectType<Promises>()(fs.withLane(lane));
// @ts-expect-error lanes are made by createLane
withLane('bulk');
// @ts-expect-error a file needs a path
readFile();
