// Rotates a log while it is being followed: npx tsx examples/rotating-log.ts DIRECTORY
// Shows lines(path, { follow }), which continues with the new file after a rename, and ends with its signal.
import { lines, open, os, path } from 'uvfiles';

const directory = process.argv[2] ?? '.';
const log = `${directory}/app.log`;
const KEEP = 3;
const MAX_BYTES = 1000;
const LINES = 200;

/** Renames app.log.2 to app.log.3, app.log.1 to app.log.2, and app.log to app.log.1. */
async function rotate(): Promise<void> {
  for (let i = KEEP; i > 0; i--) {
    const from = i === 1 ? log : `${log}.${i - 1}`;
    if (await path.exists(from)) await os.replace(from, `${log}.${i}`);
  }
}

async function write(): Promise<void> {
  let file = await open(log, 'a');
  for (let i = 1; i <= LINES; i++) {
    await file.write(`line ${i} of the log\n`);
    await file.flush(); // so that followers see it
    if ((await file.tell()) < MAX_BYTES) continue;
    await file.close();
    await rotate();
    file = await open(log, 'a');
    await seen(i); // a log that is rotated faster than it is read loses lines
  }
  await file.close();
}

let last = 0;
let wake: (() => void) | undefined;

/** Resolves when the follower has received line `number`. */
async function seen(number: number): Promise<void> {
  while (last < number) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

async function follow(signal: AbortSignal): Promise<number> {
  let count = 0;
  try {
    for await (const line of lines(log, { follow: true, signal })) {
      count++;
      last = Number(/^line (\d+)/.exec(line)?.[1]);
      wake?.();
      if (last === LINES) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return count;
}

await (await open(log, 'w')).close();
const following = follow(AbortSignal.timeout(60_000));
await write();
console.log(
  `${await following} of ${LINES} lines seen, ${(await os.listdir(directory)).sort().join(' ')} left`,
);
