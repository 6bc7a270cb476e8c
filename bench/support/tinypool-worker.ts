// A tinypool worker: each named export is a task. The package's own data comes before the caller's.
import { Tinypool } from 'tinypool';
import { workerData } from 'node:worker_threads';
import { readerOf, readWhole as readWholeAnd, type SharedMemory } from './reading-tasks.js';

const [, shared] = workerData as [unknown, SharedMemory | undefined];

export const readInto = readerOf(shared);
export const readWhole = (path: string) => readWholeAnd(path, (data) => Tinypool.move(data));
