// The comparison of two builds.
import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ours from '../../bench/contenders/uvfiles.ts';
import { besideBefore, contenderBefore } from '../../bench/harness/before.ts';
import { evaluateFloors } from '../../bench/harness/floors.ts';
import { verdictLine } from '../../bench/harness/table.ts';
import type { AnyWorkload, Contender, Result } from '../../bench/harness/types.ts';
import { startServer, type ServerParams } from '../../bench/workloads/server.ts';

describe("the benchmark's comparison of two builds", () => {
  const workload: AnyWorkload = {
    ...{ name: 'import', title: 'Imports', issue: 17, baseline: 'fs-promises', contenders: ['fs-promises'] },
    floors: [{ over: 'fs-promises', atLeast: 2 }],
    floorsBefore: [{ over: 'uvfiles-before', cpuAtMost: 0.4 }],
    measure: () => ({ operations: 1, nanoseconds: 1 }),
  };

  it('uses only the older build as the reference of ratios and floors', () => {
    const { baseline, contenders, floors } = besideBefore(workload);
    expect(baseline).to.equal('uvfiles-before');
    expect(contenders).to.deep.equal(['uvfiles-before']);
    expect(floors).to.deep.equal([
      { over: 'uvfiles-before', atLeast: 0.97, text: 'at least 0.97 of the throughput before' },
      { over: 'uvfiles-before', cpuAtMost: 0.4 },
    ]);
  });

  it('compares the figures of a workload that measures no time', () => {
    const figures = (contender: string, nsPerOp: number, values: Record<string, number>): Result => {
      const round = { operations: 1, nsPerOp, p50: nsPerOp, p99: nsPerOp, cpuUs: nsPerOp, values };
      return { contender, title: contender, kind: 'peer', ratio: NaN, ...round, samples: [round] };
    };
    const verdictsOf = (nsPerOp: number, values: Record<string, number>): string[] =>
      evaluateFloors(besideBefore(workload).floors!, [
        figures('uvfiles', nsPerOp, values),
        figures('uvfiles-before', nsPerOp, { heapMb: 12, rssMb: 130 }),
      ]).map(verdictLine);
    expect(verdictsOf(NaN, { heapMb: 10.5, rssMb: 128, gone: 1 })).to.deep.equal([
      'unknown: at least 0.97 of the throughput before (heapMb 10.50 against 12.00, rssMb 128 against 130)',
      'unknown: at most 0.4x the CPU time of uvfiles-before (heapMb 10.50 against 12.00, rssMb 128 against 130)',
    ]);
    expect(verdictsOf(NaN, {})[0]).to.equal('unknown: at least 0.97 of the throughput before (not measured)');
    expect(verdictsOf(5, {})[0]).to.equal('met: at least 0.97 of the throughput before (1.00x)');
  });

  it('finds the build of a checkout by its package.json', async () => {
    const contender = await contenderBefore(fileURLToPath(new URL('../..', import.meta.url)));
    expect(contender.name).to.equal('uvfiles-before');
    expect(contender.importable?.({}))
      .to.have.property('specifier')
      .that.matches(/^file:.*index\.js$/);
    expect(contender.randomReader).to.be.a('function');
  });

  describe('one of which comes from another checkout', () => {
    let other: string;
    before(() => {
      other = mkdtempSync(path.join(tmpdir(), 'uvfiles-other-build-'));
      mkdirSync(path.join(other, 'files'));
      const exported = { import: { default: './main.mjs' } };
      writeFileSync(path.join(other, 'package.json'), JSON.stringify({ exports: { '.': exported } }));
      writeFileSync(
        path.join(other, 'main.mjs'),
        `export const serveFile = (request, response, name) => response.end('the other build sends ' + name);`,
      );
    });
    after(() => rmSync(other, { recursive: true }));

    async function answerOf(contender: Contender): Promise<string> {
      const top = path.join(other, 'files');
      const file = path.join(top, 'name');
      writeFileSync(file, 'text');
      const task = { kind: 'handler', top, paths: [file], log: path.join(other, 'log') };
      const server = await startServer(contender, task as unknown as ServerParams);
      try {
        return await (await fetch(`http://127.0.0.1:${server.port}/0`)).text();
      } finally {
        await server.close();
      }
    }

    it('omits the workloads that the older build cannot run', async () => {
      const contender = await contenderBefore(other);
      expect(contender.lacks?.(['serveFile'])).to.equal(undefined);
      expect(contender.lacks?.(['serveFile', 'os.walk'])).to.equal('os.walk');
      expect(contender.promiseFunctions).to.equal(undefined);
      expect(contender.fileTree).to.equal(undefined);
    });

    it('serves files with that build, in a process of its own', async function () {
      this.timeout(240_000);
      expect(await answerOf(await contenderBefore(other))).to.equal('the other build sends name');
      expect(await answerOf(ours)).to.equal('text');
    });
  });
});
