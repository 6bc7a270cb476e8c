// Python's aiofiles, where it is installed: the library whose interface this one brings to Node.
import { execFileSync, spawn } from 'node:child_process';
import type { Part } from '../harness/jobs.js';
import type { Contender } from '../harness/types.js';

const program = `
import asyncio, sys, time, aiofiles
what, path, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
async def lines():
    done = 0
    async with aiofiles.open(path) as file:
        async for line in file:
            done += 1
            if done == count: break
    return done
async def read():
    done = 0
    async with aiofiles.open(path, 'rb') as file:
        while done < count and await file.read(64): done += 1
    return done
async def write():
    async with aiofiles.open(path, 'w') as file:
        for i in range(count): await file.write('x' * 64)
    return count
async def main():
    start = time.perf_counter()
    done = await {'lines': lines, 'read': read, 'write': write}[what]()
    print(done, time.perf_counter() - start)
asyncio.run(main())
`;
// It takes some fifty microseconds a line or call; a part of the file tells.
const enough = 20_000;

const contender: Contender = {
  name: 'python-aiofiles',
  title: "Python's aiofiles",
  kind: 'limit',
  order: 80,
  lineCounter({ path }) {
    const python = findPython();
    if (python === undefined) return undefined;
    return { style: 'promise', run: () => runProgram(python, 'lines', path) };
  },
  smallCalls({ what, path }) {
    const python = findPython();
    if (python === undefined) return undefined;
    return { style: 'promise', run: () => runProgram(python, what, path) };
  },
};

export default contender;

function findPython(): string | undefined {
  return ['/usr/bin/python3', 'python3'].find((python) => {
    try {
      execFileSync(python, ['-c', 'import aiofiles'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

function runProgram(python: string, what: string, path: string): Promise<Part> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, ['-c', program, what, path, String(enough)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.once('error', reject);
    child.once('close', () => {
      const [operations = NaN, seconds = NaN] = output.split(' ').map(Number);
      resolve({ operations, seconds });
    });
  });
}
