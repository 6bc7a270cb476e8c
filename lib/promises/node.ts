// A copy of node:fs/promises, made when this module was loaded. Calls that are passed to Node use it, so that a program
// can replace Node's functions by ours without causing endless recursion.
import * as promises from 'node:fs/promises';

type NodePromises = typeof promises;

/** Node's own functions. Functions that the running version lacks are missing. */
export const node: NodePromises = { ...promises };
