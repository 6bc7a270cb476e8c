// Second half of scripts/make-names.py: compresses the names and writes them as a module.
import { writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const text = Buffer.concat(chunks);
const packed = brotliCompressSync(text, {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 22,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  },
});
writeFileSync(
  new URL('../lib/text/names-data.ts', import.meta.url),
  `// Unicode character names, made by scripts/make-names.py: do not edit. Brotli, as base64.\n` +
    `export const packedNames =\n  '${packed.toString('base64')}';\n`,
);
console.log(`${text.length} bytes of names, ${packed.length} packed`);
