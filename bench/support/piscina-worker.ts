// A piscina worker: each named export is a task.
import { move, workerData } from 'piscina';
import { readerOf, readWhole as readWholeAnd, type SharedMemory } from './reading-tasks.js';

export const readInto = readerOf(workerData as SharedMemory | undefined);
export const readWhole = (path: string) => readWholeAnd(path, move);
