// Serves the metrics of uvfiles to Prometheus: npx tsx examples/prometheus.ts [PORT]
// Shows what metrics() contains. To see the output: curl localhost:9464/metrics
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { metrics, open } from 'uvfiles';

/** The labels of a sample in the format of Prometheus, and its value. */
type Row = readonly [labels: string, value: number];
type Lane = ReturnType<typeof metrics>['lanes']['io'];

/** Returns the text that a Prometheus server scrapes. */
export function prometheusText(): string {
  const { pool, lanes } = metrics();
  const byLane = Object.entries(lanes);
  const perLane = (pick: (lane: Lane) => number): Row[] =>
    byLane.map(([name, lane]) => [`{lane="${name}"}`, pick(lane)]);
  const attempts = Object.entries(pool.inline.by).flatMap(([of, counts]) =>
    Object.entries(counts).map(([result, n]): Row => [`{of="${of}",result="${result}"}`, n]),
  );
  const lines = [
    ...figure('pool_threads', "Threads of libuv's pool", 'gauge', [['', pool.threads]]),
    ...figure('pool_jobs', 'Drain jobs in the pool', 'gauge', [['', pool.jobs]]),
    ...figure('wakeups_total', 'Wake-ups of the event loop', 'counter', [['', pool.wakeups]]),
    ...figure('inline_total', 'Attempts of the inline path', 'counter', attempts),
    ...figure('inline_backed_off_total', 'Attempts of the inline path left out after misses', 'counter', [
      ['', pool.inline.backedOff],
    ]),
    ...figure(
      'queued',
      'Operations waiting',
      'gauge',
      perLane((lane) => lane.queued),
    ),
    ...figure(
      'running',
      'Operations in the hands of a thread',
      'gauge',
      perLane((lane) => lane.running),
    ),
  ];
  for (const kind of ['completed', 'cancelled', 'rejected', 'inlineHits'] as const) {
    const name = kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const help = `Operations ${name.replace('_', ' ')}`;
    lines.push(
      ...figure(
        `${name}_total`,
        help,
        'counter',
        perLane((lane) => lane[kind]),
      ),
    );
  }
  for (const kind of ['wait', 'service'] as const) {
    const name = `uvfiles_${kind}_seconds`;
    lines.push(`# HELP ${name} ${kind} time of operations`, `# TYPE ${name} histogram`);
    for (const [lane, figures] of byLane) lines.push(...histogram(name, lane, figures[kind]));
  }
  return `${lines.join('\n')}\n`;
}

function figure(name: string, help: string, type: 'gauge' | 'counter', rows: readonly Row[]): string[] {
  const values = rows.map(([labels, value]) => `uvfiles_${name}${labels} ${value}`);
  return [`# HELP uvfiles_${name} ${help}`, `# TYPE uvfiles_${name} ${type}`, ...values];
}

/** Buckets are cumulative in Prometheus. uvfiles counts nanoseconds, and Prometheus counts seconds. */
function histogram(name: string, lane: string, times: Lane['wait']): string[] {
  let seen = 0;
  const buckets = [...times.buckets()].map(({ upTo, count }) => {
    seen += count;
    return `${name}_bucket{lane="${lane}",le="${upTo / 1e9}"} ${seen}`;
  });
  return [
    ...buckets,
    `${name}_bucket{lane="${lane}",le="+Inf"} ${seen}`,
    `${name}_sum{lane="${lane}"} ${(times.mean * seen) / 1e9}`,
    `${name}_count{lane="${lane}"} ${seen}`,
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const self = await open(fileURLToPath(import.meta.url), 'rb');
  for (let i = 0; i < 1000; i++) await self.pread(64, 0); // something to show
  await self.close();
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(request.url === '/metrics' ? prometheusText() : 'see /metrics\n');
  });
  server.listen(Number(process.argv[2] ?? 9464), '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
  });
}
