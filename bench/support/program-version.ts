// The versions of the system's own programs.
import { execFileSync } from 'node:child_process';

/** What `PROGRAM --version` says first, such as "cp (GNU coreutils) 9.1"; undefined where it says nothing. */
export function programVersion(program: string): string | undefined {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync(program, ['--version'], { stdio }).toString().split('\n')[0];
  } catch {
    return undefined;
  }
}
