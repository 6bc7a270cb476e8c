// The bare AWS SDK with 32 requests in flight: the best that a program can get from its client for a tree of small
// files.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bucket, connected } from '../support/s3.js';
import type { Contender } from '../harness/types.js';

const IN_FLIGHT = 32;

async function inFlight(names: readonly string[], work: (name: string) => Promise<unknown>): Promise<void> {
  const rest = names.values();
  const worker = async (): Promise<void> => {
    for (const name of rest) await work(name);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

const contender: Contender = {
  name: 'aws-sdk-32',
  title: '@aws-sdk/client-s3, 32 in flight',
  kind: 'limit',
  order: 61,
  package: '@aws-sdk/client-s3',

  async s3TreeCopy({ top, names, upTo, downTo }) {
    const { sdk, client } = await connected();
    return {
      up: () =>
        inFlight(names, async (name) => {
          const Body = await readFile(path.join(top, name));
          await client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: `${upTo}/${name}`, Body }));
        }),
      async down() {
        for (const folder of new Set(names.map((name) => path.dirname(name))))
          await mkdir(path.join(downTo, folder), { recursive: true });
        await inFlight(names, async (name) => {
          const { Body } = await client.send(
            new sdk.GetObjectCommand({ Bucket: bucket, Key: `${upTo}/${name}` }),
          );
          await writeFile(path.join(downTo, name), await Body!.transformToByteArray());
        });
      },
    };
  },
};

export default contender;
