// getcwd: the working directory.

/**
 * Gets the working directory of the process.
 * @returns an absolute path
 * @throws ENOENT when it has been removed
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example console.log(await os.getcwd());
 */
export async function getcwd(): Promise<string> {
  return process.cwd();
}
