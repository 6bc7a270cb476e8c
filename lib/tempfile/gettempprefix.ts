// The default prefix of temporary names.

/**
 * The default prefix of temporary names.
 * @returns `'tmp'`
 * @example const name = `${gettempprefix()}-mine`;
 */
export function gettempprefix(): string {
  return 'tmp';
}
