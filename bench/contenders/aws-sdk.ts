// The bare AWS SDK: what programs on object stores use today.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { cycle } from '../harness/subjects.js';
import { bucket, connected } from '../support/s3.js';
import type { Contender } from '../harness/types.js';

/** Files of a tree that are copied one after another. */
const IN_TURN = 200;

const contender: Contender = {
  name: 'aws-sdk',
  title: '@aws-sdk/client-s3',
  kind: 'peer',
  order: 60,
  package: '@aws-sdk/client-s3',

  async s3Reader({ key, size, positions }) {
    const { sdk, client } = await connected();
    const at = cycle(positions);
    return {
      style: 'promise',
      async run(index) {
        const Range = `bytes=${at(index)}-${at(index) + size - 1}`;
        const answer = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key, Range }));
        return answer.Body!.transformToByteArray();
      },
      bytesOf: (result: Uint8Array) => result,
      close: () => undefined,
    };
  },

  async s3Lines({ key }) {
    const { sdk, client } = await connected();
    return {
      style: 'promise',
      async run() {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
        let lines = 0;
        for await (const line of createInterface({ input: Body as Readable, crlfDelay: Infinity }))
          if (line.length > 0) lines++;
        return lines;
      },
      close: () => undefined,
    };
  },

  /**
   * One file after another, as in a loop over a directory. Only some files are copied, because each takes equally long:
   * on loopback, Ceph's response with a small object waits 40 ms for an acknowledgement.
   */
  async s3TreeCopy({ top, names: all, upTo, downTo }) {
    const { sdk, client } = await connected();
    const names = all.slice(-IN_TURN);
    return {
      files: names.length,
      async up() {
        for (const name of names) {
          const Body = await readFile(path.join(top, name));
          await client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: `${upTo}/${name}`, Body }));
        }
      },
      async down() {
        for (const name of names) {
          const { Body } = await client.send(
            new sdk.GetObjectCommand({ Bucket: bucket, Key: `${upTo}/${name}` }),
          );
          const file = path.join(downTo, name);
          await mkdir(path.dirname(file), { recursive: true });
          await writeFile(file, await Body!.transformToByteArray());
        }
      },
    };
  },
};

export default contender;
