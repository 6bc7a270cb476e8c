// getcwd: the working directory.

/**
 * The process's working directory.
 * @throws ENOENT when it has been removed
 * @example console.log(await os.getcwd());
 */
export async function getcwd(): Promise<string> {
  return process.cwd();
}
