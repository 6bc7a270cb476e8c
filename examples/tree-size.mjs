// Adds up the sizes of files: node examples/tree-size.mjs PATH... Missing ones are named, the rest is counted.
import { os } from 'uvfiles';

const outcomes = await Promise.allSettled(process.argv.slice(2).map((path) => os.stat(path)));
let bytes = 0;
for (const outcome of outcomes) {
  if (outcome.status === 'fulfilled') bytes += outcome.value.size;
  else console.error(outcome.reason.message);
}
console.log(`${bytes} bytes`);
