// Counts the lines of several files in parallel: npx tsx examples/count-lines.ts FILE...
// Shows how to read a binary file in chunks, and how to close it in all cases.
import { open } from 'uvfiles';

const paths = process.argv.slice(2);
const counts = await Promise.all(paths.map(countLines));
for (const [index, path] of paths.entries()) console.log(`${counts[index]} ${path}`);

async function countLines(path: string): Promise<number> {
  const file = await open(path, 'rb');
  try {
    let lines = 0;
    for (let chunk: Buffer; (chunk = await file.read(1 << 16)).length > 0;) {
      for (let at = chunk.indexOf('\n'); at !== -1; at = chunk.indexOf('\n', at + 1)) lines++;
    }
    return lines;
  } finally {
    await file.close();
  }
}
