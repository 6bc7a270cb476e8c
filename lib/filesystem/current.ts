// Which store of files the library works on: the real one, unless something stands in.
import type { Backend } from './open-file.js';
import { nativeBackend } from '../native/store/native-store.js';

let current: Backend = nativeBackend;

export function currentBackend(): Backend {
  return current;
}

/** Puts another backend in place and returns the one before. */
export function replaceBackend(backend: Backend): Backend {
  const before = current;
  current = backend;
  return before;
}
