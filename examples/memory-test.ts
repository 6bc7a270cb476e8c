// Tests a program that uses files, without touching the disk: npx tsx examples/memory-test.ts
// Shows memoryFiles, simulated faults, and the states that a power failure can leave.
import assert from 'node:assert/strict';
import { appendFile, readText, writeAtomic } from 'uvfiles';
import { crash, faults, memoryFiles } from 'uvfiles/testing';

// The program under test reads its settings, writes a log, and updates a counter.
async function visit(): Promise<number> {
  const { counter } = JSON.parse(await readText('/srv/settings.json')) as { counter: string };
  const count = Number(await readText(counter)) + 1;
  await writeAtomic(counter, String(count));
  await appendFile('/srv/visits.log', `visit ${count}\n`);
  return count;
}

const tree = { 'srv/settings.json': '{ "counter": "/srv/count" }', 'srv/count': '41' };

// Without faults.
{
  using files = memoryFiles(tree);
  assert.equal(await visit(), 42);
  assert.equal(await readText('/srv/visits.log'), 'visit 42\n');
  console.log(`files: ${Object.keys(files.tree()).join(', ')}`);
}

// A full disk: the program gets the error, and the counter does not change.
{
  using _ = memoryFiles(tree);
  await faults({ op: 'write', path: '/srv/**', error: 'ENOSPC' }, async () => {
    await assert.rejects(visit(), { code: 'ENOSPC' });
  });
  assert.equal(await readText('/srv/count'), '41');
  console.log('a full disk: the counter is as it was');
}

// A hundred possible power failures: the counter has the old or the new value.
{
  using files = memoryFiles(tree);
  await visit();
  const seen = new Set<string>();
  for (let seed = 0; seed < 100; seed++) {
    using left = crash(files, { seed });
    seen.add(await left.run(() => readText('/srv/count')));
  }
  assert.deepEqual([...seen], ['42']); // writeAtomic has acknowledged it
  console.log('a power cut: the counter is whole');
}
