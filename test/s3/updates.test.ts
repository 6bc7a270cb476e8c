import { expect } from 'chai';
import { readText, UnsupportedOperationError, updateAtomic, writeFile } from 'uvfiles';
import { type Mount, mount } from 'uvfiles/filesystem';

import { rejection } from './support/files.js';
import { onEachBucket } from './support/targets.js';

const WRITERS = 24;
const UPDATES_EACH = 2;

/** One update as its writer saw it: what was there, and what the update added. */
interface Update {
  readonly before: readonly string[];
  readonly entry: string;
}

const entriesOf = (text: string): string[] => (text === '' ? [] : text.split(','));

describe('s3: updateAtomic', () => {
  onEachBucket((target) => {
    let mounts: Mount[];

    // A mount for each writer: callers of one path in one process would wait for each other.
    beforeEach(() => {
      const { prefix } = target().place();
      mounts = Array.from({ length: WRITERS }, (_, i) =>
        mount(`s3://writer-${i}`, target().place({}, target().store, prefix).files),
      );
    });

    afterEach(() => mounts.forEach((each) => each.unmount()));

    it(`loses no update of ${WRITERS} writers`, async function () {
      this.timeout(240_000);
      if (target().honours.put === 'refused') {
        await writeFile('s3://writer-0/log', 'old');
        const error = await rejection(updateAtomic('s3://writer-0/log', () => 'new'));
        expect(error).to.be.instanceOf(UnsupportedOperationError);
        expect(await readText('s3://writer-0/log')).to.equal('old');
        return;
      }
      const updates: Update[] = [];
      const write = async ({ prefix }: Mount, writer: number): Promise<void> => {
        for (let i = 0; i < UPDATES_EACH; i++) {
          const entry = `${writer}.${i}`;
          let before: string[] = [];
          await updateAtomic(`${prefix}/log`, (old) => {
            before = entriesOf(String(old ?? ''));
            return [...before, entry].join(',');
          });
          updates.push({ before, entry });
        }
      };
      await Promise.all(mounts.map(write));
      const history = entriesOf(await readText('s3://writer-0/log'));
      expect(history).to.have.length(WRITERS * UPDATES_EACH);
      expect(new Set(history).size).to.equal(history.length);
      // Each update was made to the history so far, and each writer's own are in its order.
      for (const { before, entry } of updates)
        expect(before).to.deep.equal(history.slice(0, history.indexOf(entry)), entry);
      for (let writer = 0; writer < WRITERS; writer++)
        expect(history.indexOf(`${writer}.0`)).to.be.below(history.indexOf(`${writer}.1`));
    });
  });
});
