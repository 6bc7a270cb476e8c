// What names of temporary files begin with unless told otherwise.

/**
 * The default prefix of temporary names.
 * @returns `'tmp'`
 * @example const name = `${gettempprefix()}-mine`;
 */
export function gettempprefix(): string {
  return 'tmp';
}
