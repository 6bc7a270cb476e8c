// Adds up the sizes of files: npx tsx examples/tree-size.ts PATH...
// Shows many calls in parallel, some of which can fail. Missing files are listed, and the others are counted.
import { os } from 'uvfiles';

const outcomes = await Promise.allSettled(process.argv.slice(2).map((path) => os.stat(path)));
let bytes = 0;
for (const outcome of outcomes) {
  if (outcome.status === 'fulfilled') bytes += outcome.value.size;
  else console.error((outcome.reason as Error).message);
}
console.log(`${bytes} bytes`);
