// node:fs's own buffered writer, a WriteStream: what one would use for many small writes if FileHandle.write is slow.
import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'fs-stream',
  title: 'fs.createWriteStream',
  kind: 'limit',
  order: 30,

  // Awaited like a file's write: a pending promise where the stream wants to be drained, a settled one elsewhere.
  smallWriter({ chunk }) {
    let stream: WriteStream;
    return {
      style: 'promise',
      begin: (path) => (stream = createWriteStream(path, { highWaterMark: 65_536 })),
      run: () => (stream.write(chunk) ? undefined : once(stream, 'drain')),
      finish: () => new Promise<void>((resolve, reject) => stream.once('error', reject).end(resolve)),
    };
  },
};

export default contender;
