// node:fs/promises as it was when this module was loaded: what calls are handed on to. A copy, so that a program that puts
// our functions in its place does not send them round in a circle.
import * as promises from 'node:fs/promises';

type NodePromises = typeof promises;

/** Node's own functions. What the running version lacks is missing here. */
export const node: NodePromises = { ...promises };
