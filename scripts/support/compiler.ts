// Which C++ compiler the scripts run.

/** The words of CXX, which may be several (`ccache g++`): a program and its first arguments. `otherwise` where it is not set. */
export function cxx(otherwise = 'g++'): [program: string, ...args: string[]] {
  const [program = otherwise, ...args] = (process.env.CXX ?? '').split(/\s+/).filter(Boolean);
  return [program, ...args];
}
