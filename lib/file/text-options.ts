// The options that only text files have, checked before any file is touched.
import { unchecked } from '../arguments/options.js';
import { invalidArgType, invalidArgValue, UnknownEncodingError } from '../errors/index.js';
import { errorHandlerNames, type ErrorHandlerName } from '../text/codec.js';
import { isNewline, type Newline } from '../text/newlines.js';
import { findCodec } from '../text/registry.js';

export type { ErrorHandlerName, Newline };

/** The checks of these options, one by one. `checkTextOptions` checks their combination. */
export const TEXT_CHECKS = { encoding: unchecked, errors: unchecked, newline: unchecked };

/** Checked text options. */
export interface ResolvedText {
  /** As the caller wrote it. */
  readonly encoding: string;
  readonly errors: ErrorHandlerName;
  readonly newline: Newline;
  readonly lineBuffering: boolean;
}

/** Checks the text options of `open`. */
export function checkTextOptions(
  o: { readonly [Option in keyof typeof TEXT_CHECKS]?: unknown },
  lineBuffering: boolean,
): ResolvedText {
  const encoding = o.encoding ?? 'utf-8';
  if (typeof encoding !== 'string') throw invalidArgType('options.encoding', 'of type string', encoding);
  if (findCodec(encoding) === undefined) throw new UnknownEncodingError(encoding);
  const errors = o.errors ?? 'strict';
  if (typeof errors !== 'string') throw invalidArgType('options.errors', 'of type string', errors);
  if (!errorHandlerNames.includes(errors as ErrorHandlerName)) {
    throw invalidArgValue('options.errors', errors, `must be one of ${errorHandlerNames.join(', ')}`);
  }
  const newline = o.newline ?? null;
  if (newline !== null && typeof newline !== 'string') {
    throw invalidArgType('options.newline', 'null or of type string', newline);
  }
  if (!isNewline(newline)) {
    throw invalidArgValue('options.newline', newline, "must be null, '', '\\n', '\\r' or '\\r\\n'");
  }
  return { encoding, errors: errors as ErrorHandlerName, newline, lineBuffering };
}
