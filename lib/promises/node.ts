// Node's own functions, and what the running version of them accepts.
import * as promises from 'node:fs/promises';

type NodePromises = typeof promises;

/** Node's own functions. Functions that the running version lacks are missing. */
export const node: NodePromises = { ...promises };

const sourceOf = (called: unknown): string => Function.prototype.toString.call(called);

const major = Number.parseInt(process.versions.node, 10);

/** A recursive `readdir` returns one level after the other, and follows links to directories also with types. */
export const LISTS_IN_LEVELS = major >= 26;
/** `readFile` accepts memory to read into, as `options.buffer`. */
export const TAKES_BUFFER = sourceOf(node.readFile).includes('validateReadFileBufferOptions');
/** `stat`, `lstat` and `FileHandle.stat` accept a signal. */
export const STAT_TAKES_SIGNAL = sourceOf(node.stat).includes('validateAbortSignal');
/** `errorOnExist` of `cp` applies to directories, too (since Node 22). */
export const CP_REFUSES_DIRECTORIES = major >= 22;
/** `cp` replaces links to files by links to the same files (since Node 24). */
export const CP_LINKS_TO_FILES = major >= 24;
