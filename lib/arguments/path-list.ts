// Lists of paths. A single string is rejected, because it would be iterated over by characters.
import { invalidArgType } from '../errors/index.js';
import { isIterable } from './bytes.js';

/** Throws ERR_INVALID_ARG_TYPE unless `paths` is an iterable, or an asynchronous iterable where that is allowed. */
export function checkPathList(paths: unknown, alsoAsync: boolean): void {
  const isList =
    typeof paths === 'object' &&
    paths !== null &&
    !ArrayBuffer.isView(paths) &&
    (isIterable(paths, Symbol.iterator) || (alsoAsync && isIterable(paths, Symbol.asyncIterator)));
  if (!isList)
    throw invalidArgType('paths', alsoAsync ? 'an iterable or async iterable' : 'an iterable', paths);
}
