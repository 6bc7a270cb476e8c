// The bare AWS SDK: what programs on object stores use today.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { cycle } from '../harness/subjects.mjs';
import { bucket, connect } from '../support/s3.mjs';

export default {
  name: 'aws-sdk',
  title: '@aws-sdk/client-s3',
  kind: 'peer',
  order: 60,

  async s3Reader({ key, size, positions }) {
    const { sdk, client } = await connect();
    const at = cycle(positions);
    return {
      style: 'promise',
      async run(index) {
        const Range = `bytes=${at(index)}-${at(index) + size - 1}`;
        const answer = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key, Range }));
        return answer.Body.transformToByteArray();
      },
      bytesOf: (result) => result,
      close: () => undefined,
    };
  },

  async s3Lines({ key }) {
    const { sdk, client } = await connect();
    return {
      style: 'promise',
      async run() {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
        let lines = 0;
        for await (const line of createInterface({ input: Body, crlfDelay: Infinity }))
          lines += line.length > 0;
        return lines;
      },
      close: () => undefined,
    };
  },

  /** One file after another, as a loop over a directory does it. */
  async s3TreeCopy({ top, names, upTo, downTo }) {
    const { sdk, client } = await connect();
    return {
      style: 'promise',
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
          await writeFile(file, await Body.transformToByteArray());
        }
      },
      close: () => undefined,
    };
  },
};
