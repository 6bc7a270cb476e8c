// The examples, the tour and the benchmark: each does what it documents.
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { usedByOthers, warningOf } from '../../examples/tour/machine.ts';
import { median } from '../../examples/tour/measure.ts';
import { skip } from '../support/skip.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

describe('the examples', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'uvfiles-examples-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  /** Starts a program of the repository whose temporary files go to the test's directory. */
  function start(script: string, ...args: string[]) {
    return startWith(['--import', 'tsx'], script, ...args);
  }

  function startWith(flags: string[], script: string, ...args: string[]) {
    return spawn(process.execPath, [...flags, path.join(root, script), ...args], {
      cwd: root,
      env: { ...process.env, TMPDIR: directory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  function run(script: string, ...args: string[]): Promise<Ended> {
    return runWith(['--import', 'tsx'], script, ...args);
  }

  async function runWith(flags: string[], script: string, ...args: string[]): Promise<Ended> {
    const child = startWith(flags, script, ...args);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  function file(name: string, content = ''): string {
    const target = path.join(directory, name);
    writeFileSync(target, content);
    return target;
  }

  /** The content of the test's directory, except for the cache of tsx. */
  function left(): string[] {
    return readdirSync(directory).filter((name) => !name.startsWith('tsx-'));
  }

  it('every example says what it shows, fits in 120 lines and is in the README', () => {
    const readme = readFileSync(path.join(root, 'examples/README.md'), 'utf8');
    for (const name of readdirSync(path.join(root, 'examples')).filter((each) => each.endsWith('.ts'))) {
      const lines = readFileSync(path.join(root, 'examples', name), 'utf8').split('\n');
      expect(lines[0], name).to.match(/^\/\/ .+/);
      expect(lines.slice(0, 3).join('\n'), name).to.contain(`npx tsx examples/${name}`);
      expect(lines, name).to.have.length.of.at.most(120);
      expect(readme, name).to.contain(`[${name}](${name})`);
    }
  });

  it('Node that strips types runs them without a loader', async function () {
    if ((process.features as { typescript?: unknown }).typescript !== 'strip') {
      skip(this, 'this Node does not strip types');
    }
    const { code, stdout } = await runWith([], 'examples/tour.ts', '--small');
    expect(stdout).to.contain('Every result was checked');
    expect(stdout)
      .to.contain('Times are medians of 5 runs')
      .and.to.contain('"delay" is the event-loop delay during the job');
    expect(code).to.equal(0);
  }).timeout(240_000);

  it('count-lines counts the lines of each file', async () => {
    const [empty, three, long] = [
      file('a'),
      file('b', '1\n2\n3\n'),
      file('c', `${'x'.repeat(70_000)}\n`.repeat(5)),
    ];
    const { code, stdout } = await run('examples/count-lines.ts', empty, three, long);
    expect(stdout).to.equal(`0 ${empty}\n3 ${three}\n5 ${long}\n`);
    expect(code).to.equal(0);
  });

  it('journal keeps accepted records, and removes an incomplete one', async () => {
    const target = path.join(directory, 'journal');
    const first = await run('examples/journal.ts', target, 'one', 'two', 'three');
    expect(first.stdout).to.equal('0 records: \n3 added and safe\n');
    appendFileSync(target, 'torn');
    const second = await run('examples/journal.ts', target, 'four');
    expect(second.stdout).to.equal(
      '4 bytes of a torn record cut off\n3 records: one, two, three\n1 added and safe\n',
    );
    const third = await run('examples/journal.ts', target);
    expect(third.stdout).to.equal('4 records: one, two, three, four\n');
  });

  it('rotating-log follows its log across each rotation', async () => {
    const { code, stdout } = await run('examples/rotating-log.ts', directory);
    expect(stdout).to.match(/^200 of 200 lines seen, app\.log app\.log\.1 app\.log\.2 app\.log\.3/);
    expect(code).to.equal(0);
  });

  it('csv-totals sums one column for each value of another, with quoted fields', async () => {
    const rows = Array.from(
      { length: 5000 },
      (_, i) => `${i},"${i % 2 === 0 ? 'Rome, IT' : 'Oslo'}",${i % 4}`,
    );
    const { code, stdout } = await run(
      'examples/csv-totals.ts',
      file('a.csv', `id,city,amount\n${rows.join('\n')}\n`),
    );
    expect(stdout).to.match(/^Oslo 5000\.00\nRome, IT 2500\.00\n5000 rows, /);
    expect(code).to.equal(0);
  });

  it('disk-cache creates missing entries, and keeps them', async () => {
    const { code, stdout } = await run(
      'examples/disk-cache.ts',
      path.join(directory, 'cache'),
      'a',
      'b',
      'a',
    );
    expect(stdout).to.equal('a: 40 bytes, made\nb: 40 bytes, made\na: 40 bytes, from the cache\n');
    expect(code).to.equal(0);
  });

  it('checksums agree with node:crypto', async () => {
    const content = Buffer.alloc(600_000, 'x');
    const [small, large] = [file('tree-small', 'text'), path.join(directory, 'tree-large')];
    writeFileSync(large, content);
    const { code, stdout } = await run('examples/checksums.ts', directory);
    const hash = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
    expect(stdout)
      .to.contain(`${hash(content)}  ${large}\n`)
      .and.contain(`${hash('text')}  ${small}\n`);
    expect(code).to.equal(0);
  });

  it('gzip-etl keeps the lines of one level', async () => {
    const lines = Array.from({ length: 1000 }, (_, i) =>
      JSON.stringify({ level: i % 10 === 0 ? 'error' : 'info', message: `m${i}` }),
    );
    const [from, to] = [path.join(directory, 'in.gz'), path.join(directory, 'out.gz')];
    writeFileSync(from, gzipSync(lines.join('\n')));
    const { code, stdout } = await run('examples/gzip-etl.ts', from, to);
    expect(stdout).to.equal('100 of 1000 lines kept\n');
    expect(gunzipSync(readFileSync(to)).toString().split('\n')[99]).to.equal('{"message":"m990"}');
    expect(code).to.equal(0);
  });

  it('backup leaves out what its filter names', async () => {
    const from = path.join(directory, 'from');
    mkdirSync(path.join(from, 'node_modules/a'), { recursive: true });
    mkdirSync(path.join(from, 'src'));
    writeFileSync(path.join(from, 'src/a.ts'), 'code');
    writeFileSync(path.join(from, 'src/b.tmp'), 'temporary');
    const { code, stdout } = await run('examples/backup.ts', from, path.join(directory, 'to'));
    expect(stdout).to.equal(`1 files, 4 bytes copied to ${path.join(directory, 'to')}\n`);
    expect(readdirSync(path.join(directory, 'to'))).to.deep.equal(['src']);
    expect(readdirSync(path.join(directory, 'to/src'))).to.deep.equal(['a.ts']);
    expect(code).to.equal(0);
  });

  it('memory-test tolerates a full disk and power failures, and uses no file', async () => {
    const { code, stdout, stderr } = await run('examples/memory-test.ts');
    expect(stderr).to.equal('');
    expect(stdout).to.match(/a full disk: the counter is as it was\na power cut: the counter is whole\n$/);
    expect(code).to.equal(0);
    expect(left()).to.deep.equal([]);
  });

  it('static-server sends ranges, refuses paths out of its root, and shows its metrics', async () => {
    file('page.txt', '0123456789');
    const child = start('examples/static-server.ts', directory, '0');
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const origin = /http:\/\/[\d.:]+/.exec(said.toString())![0];
    const ranged = await fetch(`${origin}/page.txt`, { headers: { range: 'bytes=2-4' } });
    expect(ranged.status).to.equal(206);
    expect(await ranged.text()).to.equal('234');
    expect((await fetch(`${origin}/..%2f..%2fetc/passwd`)).status).to.be.within(400, 404);
    const figures = (await (await fetch(`${origin}/metrics`)).json()) as { requests: number };
    expect(figures.requests).to.equal(2);
    child.kill('SIGTERM');
    await once(child, 'close');
  });

  it('record-store stores records in parallel and loads them', async () => {
    const target = path.join(directory, 'records');
    const { code, stdout } = await run('examples/record-store.ts', target);
    expect(stdout).to.equal('ada edsger\n');
    expect(statSync(target).size).to.equal(96);
    expect(code).to.equal(0);
  });

  it('logger writes a thousand lines in order without waiting for one', async () => {
    const target = file('log', 'before\n');
    const { code, stdout } = await run('examples/logger.ts', target);
    const lines = readFileSync(target, 'utf8').split('\n');
    expect(lines[0]).to.equal('before');
    expect(lines.slice(1, 1001).map((line) => line.split(' ').slice(1).join(' '))).to.deep.equal(
      Array.from({ length: 1000 }, (_, index) => `request ${index + 1}`),
    );
    expect(stdout).to.equal(`${statSync(target).size} bytes are safe\n`);
    expect(code).to.equal(0);
  });

  it('tree-size sums sizes and reports missing files', async () => {
    const missing = path.join(directory, 'missing');
    const { code, stdout, stderr } = await run(
      'examples/tree-size.ts',
      file('a', '123'),
      missing,
      file('b', '4567'),
    );
    expect(stdout).to.equal('7 bytes\n');
    expect(stderr).to.contain('ENOENT').and.to.contain(missing);
    expect(code).to.equal(0);
  });

  it('the tour checks every result, prints its table and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await run('examples/tour.ts', '--small');
    expect(stderr).to.contain('Step 6 of 6');
    expect(stdout.split('\n').filter((line) => /\dx /.test(line))).to.have.length(6);
    expect(stdout).to.contain('Every result was checked');
    expect(left()).to.deep.equal([]);
    expect(code).to.equal(0);
  }).timeout(240_000);

  it('the tour warns when other programs used more than a quarter of the machine', () => {
    const before = { at: 1000, busy: 5000, own: 100 };
    const after = { at: 3000, busy: 8500, own: 1600 };
    expect(usedByOthers(before, after)).to.equal(1);
    expect(warningOf(1, 2)).to.contain('1.0 of 2 processors').and.to.contain('Run the tour again');
    expect(warningOf(1, 4)).to.equal(undefined);
    // Time is counted in ticks, so it can seem to go backwards.
    expect(usedByOthers(before, { at: 3000, busy: 5000, own: 110 })).to.equal(0);
  });

  it('the tour shows the median run', () => {
    const run = (ms: number) => ({ ms, delayMs: 0, result: ms });
    expect(median([run(9), run(1), run(30), run(2), run(5)]).result).to.equal(5);
  });

  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`the tour leaves nothing behind when ${signal} interrupts it`, async function () {
      if (process.platform === 'win32') skip(this, 'Windows has no signals to send');
      const tour = start('examples/tour.ts', '--small');
      tour.stdout.resume();
      await once(tour.stderr, 'data');
      tour.kill(signal);
      const [code] = (await once(tour, 'close')) as [number | null];
      expect(code).to.equal(exitCode);
      expect(left()).to.deep.equal([]);
    }).timeout(240_000);
  }

  it('the benchmark measures, and checks and records its results', async () => {
    const json = path.join(directory, 'figures.json');
    const options = [
      '--quick',
      '--only',
      'read-4k-64,whole-4k-1',
      '--contenders',
      'fs-callback',
      '--json',
      json,
    ];
    const { code, stdout } = await run('bench/run.ts', ...options);
    expect(stdout)
      .to.contain('UV_THREADPOOL_SIZE')
      .and.to.match(/(NOT )?met: at least 2.5x/);
    const { measured } = JSON.parse(readFileSync(json, 'utf8')) as {
      measured: { name: string; results: { contender: string; failure?: string }[] }[];
    };
    expect(measured.map(({ name }) => name)).to.deep.equal(['read-4k-64', 'whole-4k-1']);
    for (const { results } of measured) {
      expect(results.map(({ contender }) => contender)).to.deep.equal([
        'uvfiles',
        'fs-promises',
        'fs-callback',
      ]);
      expect(results.filter(({ failure }) => failure !== undefined)).to.deep.equal([]);
    }
    expect(left()).to.deep.equal(['figures.json']);
    expect(code).to.equal(0);
  }).timeout(240_000);

  it('the benchmark finds workloads and contenders in their folders', async () => {
    const { code, stdout } = await run('bench/run.ts', '--list');
    const files = ['contenders', 'workloads'].map((folder) => readdirSync(path.join(root, 'bench', folder)));
    for (const name of files[0] ?? []) expect(stdout).to.contain(path.basename(name, '.ts'));
    expect(stdout.split('\n').filter((line) => /#\d/.test(line)).length).to.be.at.least(
      files[1]?.length ?? 0,
    );
    expect(code).to.equal(0);
  });
});
