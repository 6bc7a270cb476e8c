// Reads compressed lines of JSON, selects some, and writes them to a compressed file: npx tsx examples/gzip-etl.ts IN.gz OUT.gz [LEVEL]
// Shows text from any source of bytes, web streams with backpressure, and a result that appears only when it is complete.
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { createGzip, createGunzip } from 'node:zlib';
import { open, openAtomic, textFrom } from 'uvfiles';

const [from, to, level = 'error'] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error('Which files?');

let read = 0;
let kept = 0;

async function* wanted(): AsyncGenerator<string> {
  await using source = await open(from!, 'rb');
  const unzipped = Readable.fromWeb(source.readableStream()).pipe(createGunzip());
  for await (const line of textFrom(unzipped, { encoding: 'utf-8' })) {
    read++;
    const event = JSON.parse(line) as { level: string; message: string };
    if (event.level !== level) continue;
    kept++;
    yield `${JSON.stringify({ message: event.message })}\n`;
  }
}

// If anything fails, the block ends without commit(), and the old OUT.gz does not change.
await using target = await openAtomic(to, 'wb');
await pipeline(Readable.from(wanted()), createGzip(), async (zipped: AsyncIterable<Buffer>) => {
  for await (const chunk of zipped) await target.write(chunk);
});
await target.commit();
console.log(`${kept} of ${read} lines kept`);
