// A contender that is a Python library: each measurement is a process, which reports how much it did and in what time.
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Part } from '../harness/jobs.js';
import type { Contender } from '../harness/types.js';

const script = fileURLToPath(new URL('async_files.py', import.meta.url));

// It takes about fifty microseconds per line or call, so a part of the file is sufficient.
const enough = 20_000;

export function pythonContender({ library, order }: { library: string; order: number }): Contender {
  let found: { python: string; version: string } | undefined;
  const job = (what: string, path: string) => ({
    style: 'promise' as const,
    run: () => runPython(found!.python, [script, library, what, path, String(enough)]),
  });
  return {
    name: `python-${library}`,
    title: `Python's ${library}`,
    kind: 'limit',
    order,
    version: () => found?.version,
    whyNot() {
      found ??= findPython(library);
      return found === undefined ? `no Python has ${library} (Debian: python3-${library})` : undefined;
    },
    lineCounter: ({ path, batch }) => (batch ? undefined : job('lines', path)),
    smallCalls: ({ what, path }) => job(what, path),
  };
}

/** The Python that has a library, with the versions of both. */
function findPython(library: string): { python: string; version: string } | undefined {
  const program = `import ${library}, platform, importlib.metadata as m; print(m.version('${library}'), 'on Python', platform.python_version())`;
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      const stdio = ['ignore', 'pipe', 'ignore'] as const;
      return {
        python,
        version: execFileSync(python, ['-c', program], { stdio: [...stdio] })
          .toString()
          .trim(),
      };
    } catch {
      // The next Python may have it.
    }
  }
  return undefined;
}

async function runPython(python: string, args: string[]): Promise<Part> {
  const { stdout } = await promisify(execFile)(python, args);
  const [operations = NaN, seconds = NaN] = stdout.split(' ').map(Number);
  return { operations, seconds };
}
