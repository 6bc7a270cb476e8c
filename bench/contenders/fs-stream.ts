// node:fs's own streams: a WriteStream for many small writes, and a ReadStream as the answer to a request.
import { once } from 'node:events';
import { createReadStream, createWriteStream, promises, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'fs-stream',
  title: 'fs streams',
  kind: 'limit',
  order: 30,

  // Awaited like a file's write: a pending promise if the stream has to drain, otherwise a settled one.
  smallWriter({ chunk }) {
    let stream: WriteStream;
    return {
      style: 'promise',
      begin: (path) => (stream = createWriteStream(path, { highWaterMark: 65_536 })),
      run: () => (stream.write(chunk) ? undefined : once(stream, 'drain')),
      finish: () => new Promise<void>((resolve, reject) => stream.once('error', reject).end(resolve)),
    };
  },

  byteStreamer: ({ path }) => ({
    style: 'promise',
    async run() {
      let bytes = 0;
      for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) bytes += chunk.length;
      return bytes;
    },
  }),

  // The minimum of a correct server: the length and the time of the file, then its bytes.
  fileHandler:
    ({ top }) =>
    async (_request, response, name) => {
      const path = join(top, name);
      const { size, mtime } = await promises.stat(path);
      response.writeHead(200, { 'Content-Length': size, 'Last-Modified': mtime.toUTCString() });
      await pipeline(createReadStream(path), response);
    },
};

export default contender;
