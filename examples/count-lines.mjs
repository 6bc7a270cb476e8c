// Counts the lines of files, several at once: node examples/count-lines.mjs FILE...
import { open } from 'uvfiles';

const paths = process.argv.slice(2);
const counts = await Promise.all(paths.map(countLines));
for (const [index, path] of paths.entries()) console.log(`${counts[index]} ${path}`);

async function countLines(path) {
  const file = await open(path, 'rb');
  try {
    let lines = 0;
    for (let chunk; (chunk = await file.read(1 << 16)).length > 0;) {
      for (let at = chunk.indexOf('\n'); at !== -1; at = chunk.indexOf('\n', at + 1)) lines++;
    }
    return lines;
  } finally {
    await file.close();
  }
}
