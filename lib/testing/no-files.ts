// Makes every file operation fail, for code that must not touch files.
import path from 'node:path';

import { invalidArgType } from '../errors/index.js';
import type { Forbid } from '../filesystem/layers.js';
import { textOf } from '../filesystem/mounted-path.js';
import { interpose } from '../filesystem/mounts.js';
import { ownFile } from '../own-file.js';
import { observe } from './observe.js';

/**
 * The error of an operation on a file inside `noFiles`. Its `code` is ERR_FILES_FORBIDDEN.
 * @example await assert.rejects(noFiles(() => main()), FilesForbiddenError);
 */
export class FilesForbiddenError extends Error {
  /** Always this value. */
  readonly code = 'ERR_FILES_FORBIDDEN';
  /** The requested operation. */
  readonly op: string;
  /** The path of the operation. If no path is known, the descriptor, such as `descriptor 7`. */
  readonly path: string;

  constructor({ op, path }: Pick<FilesForbiddenError, 'op' | 'path'>) {
    super(`No files may be used here: ${op} '${path}'`);
    this.name = 'FilesForbiddenError';
    this.op = op;
    this.path = path;
    const caller = callerIn(this.stack ?? '');
    if (caller !== undefined) this.message += `, called ${caller}`;
  }
}

// The folders of this package's code, compiled and (by source maps) original. This file is in dist/cjs/testing.
const root = path.join(path.dirname(ownFile), '..', '..', '..');
const OWN = ['dist', 'lib'].map((folder) => path.join(root, folder) + path.sep);
const FRAMES = 60;

function callerIn(stack: string): string | undefined {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const isCaller = (line: string): boolean =>
    !OWN.some((folder) => line.includes(folder)) && /[\\/]/.test(line);
  return frames.find((line) => isCaller(line) && !line.includes('node:'))?.trim();
}

function forbidden(operation: { readonly op: string; readonly path: string }): FilesForbiddenError {
  const { stackTraceLimit } = Error;
  // With --frozen-intrinsics, it cannot be set, and the line may be missing.
  Reflect.set(Error, 'stackTraceLimit', FRAMES);
  try {
    return new FilesForbiddenError(operation);
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}

const forbiddenUse: Forbid = (op, file) =>
  forbidden({ op, path: typeof file === 'number' ? `descriptor ${file}` : textOf(file) });

/**
 * Runs `callback`. In its asynchronous context, every operation on a file rejects with an error that names the line of
 * the call. This includes files that were opened before, except that they can be closed. Standard streams are not
 * files.
 * @returns what `callback` returns
 * @throws TypeError if `callback` is not a function; what `callback` throws
 * @cancelling takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example await noFiles(() => render(template)); // rejects: No files may be used here: open '/etc/…', called at render (…)
 */
export function noFiles<T>(callback: () => T): T {
  if (typeof callback !== 'function') throw invalidArgType('callback', 'of type function', callback);
  return interpose(
    (base, prefix) => observe(base, prefix, (operation) => Promise.reject(forbidden(operation))),
    callback,
    forbiddenUse,
  );
}
