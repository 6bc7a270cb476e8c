// Programs with one pool thread, which they can occupy: operations that are queued meanwhile wait, regardless of the speed of the
// machine.
import { type Ending, runProgram } from './temp.js';

/**
 * Runs a program with a pool of one thread. In it, `const release = await hold()` occupies this thread with a read from standard input,
 * until `release()` has this process write to it.
 */
export async function withOneThread(code: string): Promise<Ending> {
  const ending = await runProgram(
    `import fs from 'node:fs';
     async function hold() {
       await fs.promises.stat('.'); // the thread has ended whatever it did before
       const held = new Promise((resolve) => fs.read(0, Buffer.alloc(1), 0, 1, null, resolve));
       return () => (console.log('release'), held);
     }
     ${code}`,
    {
      env: { UV_THREADPOOL_SIZE: '1' },
      onLine: (line, child) => {
        if (line === 'release') child.stdin!.write('x');
      },
    },
  );
  return { ...ending, stdout: ending.stdout.replaceAll('release\n', '') };
}
