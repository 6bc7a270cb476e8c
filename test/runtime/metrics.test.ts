// metrics(), configure() and the diagnostics channel.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import {
  appendFile,
  configure,
  createLane,
  lanes,
  metrics,
  open,
  type OperationMessage,
  os,
  readBytes,
  statMany,
  writeAtomic,
  writeFile,
} from 'uvfiles';
import { beneath, mount } from 'uvfiles/filesystem';

import { resetInline } from '../support/inline.js';
import { skip } from '../support/skip.js';
import { root } from '../support/temp.js';

const file = path.join(root, 'package.json');

describe('metrics', () => {
  it('count what a lane completed, with waits and service times in nanoseconds', async () => {
    const lane = createLane({ name: `counted-${process.hrtime.bigint()}`, inline: false });
    const f = await open(file, 'rb');
    await Promise.all(Array.from({ length: 100 }, () => f.pread(16, 0, { lane })));
    await f.close();
    const figures = metrics().lanes[lane.name]!;
    expect(figures).to.include({ queued: 0, running: 0, completed: 100, cancelled: 0, rejected: 0 });
    for (const histogram of [figures.wait, figures.service]) {
      expect(histogram.count).to.equal(100);
      expect(histogram.min).to.be.at.most(histogram.percentile(50));
      expect(histogram.percentile(50)).to.be.at.most(histogram.percentile(99));
      expect(histogram.percentile(100)).to.equal(histogram.max);
      expect(() => histogram.percentile(0))
        .to.throw(RangeError)
        .with.property('code', 'ERR_OUT_OF_RANGE');
      expect(histogram.mean).to.be.within(histogram.min, histogram.max);
      expect([...histogram.buckets()].reduce((sum, { count }) => sum + count, 0)).to.equal(100);
    }
    expect(figures.service.min).to.be.greaterThan(0);
  });

  it('report the size of the pool and the share of the library', () => {
    const { pool } = metrics();
    const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
    expect(pool.threads).to.equal(threads);
    expect(pool.jobLimit).to.equal(Math.max(1, threads - pool.reserved));
  });

  it('follow reserveThreads', () => {
    const { threads, reserved } = metrics().pool;
    configure({ reserveThreads: 2 });
    expect(metrics().pool).to.include({ reserved: 2, jobLimit: Math.max(1, threads - 2) });
    configure({ reserveThreads: reserved });
    for (const bad of [-1, 1.5, NaN, '1']) {
      expect(() => configure({ reserveThreads: bad as number })).to.throw(RangeError);
    }
    expect(() => configure({ inline: 1 as never })).to.throw(TypeError);
  });
});

describe('the Prometheus example', () => {
  it('prints each sample in the exposition format', async () => {
    const example = '../../examples/prometheus.ts';
    const { prometheusText } = (await import(example)) as { prometheusText: () => string };
    const text = prometheusText();
    expect(text).to.match(/^uvfiles_pool_threads \d+$/m);
    expect(text).to.match(/^uvfiles_wait_seconds_bucket\{lane="default",le="\+Inf"\} \d+$/m);
    for (const line of text.trim().split('\n')) {
      expect(line).to.match(/^(# (HELP|TYPE) uvfiles_\w+ .+|uvfiles_\w+(\{[^}]*\})? [0-9.e+-]+)$/);
    }
  });
});

describe('the uvfiles:op channel', () => {
  it('publishes every operation while there is a subscriber, and none afterwards', async () => {
    const heard: OperationMessage[] = [];
    const listen = (message: unknown): void => void heard.push(message as OperationMessage);
    configure({ inline: false });
    subscribe('uvfiles:op', listen);
    try {
      const f = await open(file, 'rb');
      await f.pread(4, 0);
      await f.close();
      await os.stat('/no/such/file').catch(() => undefined);
    } finally {
      unsubscribe('uvfiles:op', listen);
      resetInline();
    }
    await os.stat(file);
    expect(heard.map(({ operation }) => operation)).to.deep.equal(['open', 'read', 'close', 'stat']);
    expect(heard[0]).to.include({ path: file, lane: 'default', inline: false, error: undefined });
    expect(heard[3]!.error).to.have.property('code', 'ENOENT');
    for (const { duration } of heard) expect(duration).to.be.at.least(0);
  });

  it('publishes the operations and paths of tasks', async () => {
    const heard: string[] = [];
    const scratch = mkdtempSync(path.join(tmpdir(), 'uvfiles-op-'));
    const listen = (message: unknown): void => {
      const { operation, path: of } = message as OperationMessage;
      // A list of files has no path. Other messages may be of what earlier tests still close.
      const isOurs = of === undefined ? operation === 'statMany' : String(of).startsWith(scratch);
      if (isOurs) heard.push(`${operation} ${of === undefined ? '' : path.basename(String(of))}`);
    };
    const at = (name: string): string => path.join(scratch, name);
    writeFileSync(at('f'), '');
    subscribe('uvfiles:op', listen);
    try {
      await os.mkdir(at('d'), { lane: lanes.bulk });
      await os.makedirs(at('e'));
      await os.rename(at('e'), at('g'));
      await os.chmod(at('f'), 0o600);
      await os.unlink(at('none')).catch(() => undefined);
      await writeFile(at('f'), 'x');
      await appendFile(at('f'), 'x');
      await readBytes(at('f'), { lane: createLane({ name: 'whole files', inline: false }) });
      await writeAtomic(at('f'), 'x');
      await os.copy(at('f'), at('h'));
      await statMany([at('f')]);
      for await (const _ of os.scandir(at('d')));
      for await (const _ of os.walk(at('d')));
      await os.rmtree(at('d'));
    } finally {
      unsubscribe('uvfiles:op', listen);
      rmSync(scratch, { recursive: true });
    }
    expect([...new Set(heard)]).to.deep.equal([
      'mkdir d',
      'makedirs e',
      'rename e',
      'chmod f',
      'unlink none',
      'writeFile f',
      'appendFile f',
      'readFile f',
      'writeAtomic f',
      'copy f',
      'statMany ',
      'scandir d',
      'walk d',
      'rmtree d',
    ]);
  });

  it('publishes the path of an operation beneath a directory', async function () {
    if (process.platform === 'win32') skip(this, 'beneath is not available on Windows');
    const heard: string[] = [];
    const scratch = mkdtempSync(path.join(tmpdir(), 'uvfiles-op-'));
    const listen = (message: unknown): void => {
      const { operation, path: of } = message as OperationMessage;
      if (operation === 'rmdir') heard.push(path.basename(String(of)));
    };
    mkdirSync(path.join(scratch, 'g'));
    const mounted = mount('/named-operations', beneath(scratch));
    subscribe('uvfiles:op', listen);
    try {
      await os.rmdir('/named-operations/g');
    } finally {
      unsubscribe('uvfiles:op', listen);
      mounted.unmount();
      rmSync(scratch, { recursive: true });
    }
    expect(heard).to.deep.equal(['g']);
  });

  it('publishes the path of inline operations', async () => {
    const heard: OperationMessage[] = [];
    const listen = (message: unknown): void => void heard.push(message as OperationMessage);
    subscribe('uvfiles:op', listen);
    try {
      await os.stat(file);
      await readBytes(file);
      await (await open(file, 'rb')).close();
    } finally {
      unsubscribe('uvfiles:op', listen);
    }
    const others = heard.filter(({ operation }) => operation !== 'close');
    expect(others.map((each) => each.path)).to.deep.equal([file, file, file]);
  });

  it('publishes a status of a link itself as `lstat`, whoever answers', async () => {
    const heard: OperationMessage[] = [];
    const listen = (message: unknown): void => void heard.push(message as OperationMessage);
    await os.lstat(file);
    subscribe('uvfiles:op', listen);
    try {
      await os.lstat(file);
      configure({ inline: false });
      await os.lstat(file);
    } finally {
      unsubscribe('uvfiles:op', listen);
      resetInline();
    }
    expect(heard.map(({ operation }) => operation)).to.deep.equal(['lstat', 'lstat']);
  });
});
