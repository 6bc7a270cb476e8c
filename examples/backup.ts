// Backs up a directory tree without generated files, and shows the progress: npx tsx examples/backup.ts FROM TO
// Shows copytree with a filter and progress, and a backup that gets its final name only when it is complete.
import { os, path } from 'uvfiles';

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error('From where, and to where?');

const LEFT_OUT = new Set(['node_modules', '.git', '.cache']);
const unfinished = `${to}.unfinished`;
const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

if (await path.exists(to)) throw new Error(`${to} is there already`);
if (await path.exists(unfinished)) await os.rmtree(unfinished);

let files = 0;
let bytes = 0;
await os.copytree(from, unfinished, {
  filter: (source) => !LEFT_OUT.has(nameOf(source)) && !source.endsWith('.tmp'),
  onProgress: (progress) => {
    ({ files, bytes } = progress);
    if (process.stderr.isTTY) process.stderr.write(`\r${files} files, ${bytes} bytes`);
  },
});
await os.rename(unfinished, to);
if (process.stderr.isTTY) process.stderr.write('\r');
console.log(`${files} files, ${bytes} bytes copied to ${to}`);
