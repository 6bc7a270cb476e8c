// Extended attributes of a path. ENOTSUP if the file system or the platform has none, ENODATA (macOS: ENOATTR) for a missing
// name. `follow: false` means those of a link itself.
import type { OpOptions } from '../schedule/options.js';
import { splitBuffers } from './records.js';
import { pathCall } from './tasks.js';
import { GET_ATTRIBUTE, LIST_ATTRIBUTES, REMOVE_ATTRIBUTE, SET_ATTRIBUTE } from './path-call.js';

type Bytes = string | Uint8Array;

/** AttributeMode: whether the attribute may exist, must not exist, or must exist. */
export const ANY = 0;
export const CREATE = 1;
export const REPLACE = 2;

const notFollowing = (follow: boolean): number => (follow ? 0 : 1);

/** The value of an attribute. */
export function getAttribute(path: Bytes, name: Bytes, follow: boolean, o?: OpOptions): Promise<Buffer> {
  return pathCall(GET_ATTRIBUTE, [path, name], [notFollowing(follow)], o);
}

/** Sets an attribute. With `mode` CREATE an existing one is EEXIST, with REPLACE a missing one is ENODATA. */
export async function setAttribute(
  path: Bytes,
  name: Bytes,
  value: Uint8Array,
  follow: boolean,
  mode: number = ANY,
  o?: OpOptions,
): Promise<void> {
  await pathCall(SET_ATTRIBUTE, [path, name, value], [mode, notFollowing(follow)], o);
}

/** The names of all attributes that the process may see. */
export async function listAttributes(path: Bytes, follow: boolean, o?: OpOptions): Promise<Buffer[]> {
  return splitBuffers(await pathCall(LIST_ATTRIBUTES, [path], [notFollowing(follow)], o), 0);
}

/** Removes an attribute. */
export async function removeAttribute(
  path: Bytes,
  name: Bytes,
  follow: boolean,
  o?: OpOptions,
): Promise<void> {
  await pathCall(REMOVE_ATTRIBUTE, [path, name], [notFollowing(follow)], o);
}
