// Options that the running version of Node accepts, if neither its exports nor its version number tell: they were added to
// several release lines. The source text of Node's own functions shows them. A runtime that does not show the source counts
// as having none of them.
import { node } from './node.js';

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
