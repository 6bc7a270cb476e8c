// uvfiles on an object store.
import type { Mount } from 'uvfiles/filesystem';
import { uvfiles } from '../harness/library.js';
import { cycle } from '../harness/subjects.js';
import { bucket, connected } from '../support/s3.js';
import type { Contender } from '../harness/types.js';

let mounted: Mount | undefined;

async function mountOnce(): Promise<void> {
  const { client } = await connected();
  const [{ mount }, { s3Files }] = await Promise.all([import('uvfiles/filesystem'), import('uvfiles/s3')]);
  mounted ??= mount(`s3://${bucket}`, s3Files({ client, bucket }));
}

const contender: Contender = {
  name: 'uvfiles-s3',
  title: 'uvfiles/s3',
  kind: 'ours',
  order: 3,

  async s3Reader({ key, size, positions }) {
    await mountOnce();
    const file = await uvfiles().open(`s3://${bucket}/${key}`, 'rb');
    const at = cycle(positions);
    return {
      style: 'promise',
      run: (index) => file.pread(size, at(index)),
      bytesOf: (result: Uint8Array) => result,
      close: () => file.close(),
    };
  },

  async s3Lines({ key }) {
    await mountOnce();
    return {
      style: 'promise',
      async run() {
        let lines = 0;
        const file = await uvfiles().open(`s3://${bucket}/${key}`);
        for await (const line of file) if (line.length > 1) lines++;
        await file.close();
        return lines;
      },
      close: () => undefined,
    };
  },

  async s3TreeCopy({ top, upTo, downTo }) {
    await mountOnce();
    const { copytree } = uvfiles().os;
    return {
      up: async () => void (await copytree(top, `s3://${bucket}/${upTo}`, { existOk: true })),
      down: async () => void (await copytree(`s3://${bucket}/${upTo}`, downTo, { existOk: true })),
    };
  },
};

export default contender;
