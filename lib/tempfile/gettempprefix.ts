// The default prefix of temporary names.

/**
 * Gets the default prefix of temporary names.
 * @returns `'tmp'`
 * @throws nothing
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example const name = `${gettempprefix()}-mine`;
 */
export function gettempprefix(): string {
  return 'tmp';
}
