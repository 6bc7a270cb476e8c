// uvfiles on an object store.
import { uvfiles } from '../harness/library.mjs';
import { cycle } from '../harness/subjects.mjs';
import { bucket, connect } from '../support/s3.mjs';

let mounted;

async function mountOnce() {
  const { client } = await connect();
  const [{ mount }, { s3Files }] = await Promise.all([import('uvfiles/filesystem'), import('uvfiles/s3')]);
  mounted ??= mount(`s3://${bucket}`, s3Files({ client, bucket }));
}

export default {
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
      bytesOf: (result) => result,
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
        for await (const line of file) lines += line.length > 1;
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
      style: 'promise',
      up: () => copytree(top, `s3://${bucket}/${upTo}`, { existOk: true }),
      down: () => copytree(`s3://${bucket}/${upTo}`, downTo, { existOk: true }),
      close: () => undefined,
    };
  },
};
