// What the running version of Node takes, where neither its exports nor its number say so: options that were added to several
// release lines. The source of Node's own functions shows them. A runtime that does not show it has none of them.
import { node } from './node.js';

const sourceOf = (called: unknown): string => Function.prototype.toString.call(called);

const major = Number.parseInt(process.versions.node, 10);

/** A recursive `readdir` gives one level after the other, and follows links to directories also with types. */
export const LISTS_IN_LEVELS = major >= 26;
/** `readFile` takes memory to read into, as `options.buffer`. */
export const TAKES_BUFFER = sourceOf(node.readFile).includes('validateReadFileBufferOptions');
/** `stat`, `lstat` and `FileHandle.stat` take a signal. */
export const STAT_TAKES_SIGNAL = sourceOf(node.stat).includes('validateAbortSignal');
/** `errorOnExist` of `cp` holds for directories, too: since Node 22. */
export const CP_REFUSES_DIRECTORIES = major >= 22;
/** `cp` replaces links to files by links to the same files: since Node 24. */
export const CP_LINKS_TO_FILES = major >= 24;
