// Adds up the sizes of files: npx tsx examples/tree-size.ts PATH...
// Shows: many operations in flight at once, of which some may fail. Missing files are named, the rest is counted.
import { os } from 'uvfiles';

const outcomes = await Promise.allSettled(process.argv.slice(2).map((path) => os.stat(path)));
let bytes = 0;
for (const outcome of outcomes) {
  if (outcome.status === 'fulfilled') bytes += outcome.value.size;
  else console.error((outcome.reason as Error).message);
}
console.log(`${bytes} bytes`);
