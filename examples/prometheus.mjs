// Serves the figures of uvfiles as Prometheus text. Run: node examples/prometheus.mjs [port]; then: curl localhost:9464/metrics
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

import { metrics, open } from 'uvfiles';

/** The text that a Prometheus server scrapes. */
export function prometheusText() {
  const { pool, lanes } = metrics();
  const lines = [];
  const gauge = (name, help, type, rows) => {
    lines.push(`# HELP uvfiles_${name} ${help}`, `# TYPE uvfiles_${name} ${type}`);
    for (const [labels, value] of rows) lines.push(`uvfiles_${name}${labels} ${value}`);
  };
  gauge('pool_threads', "Threads of libuv's pool", 'gauge', [['', pool.threads]]);
  gauge('pool_jobs', 'Drain jobs in the pool', 'gauge', [['', pool.jobs]]);
  gauge('wakeups_total', 'Wake-ups of the event loop', 'counter', [['', pool.wakeups]]);
  gauge(
    'inline_total',
    'Attempts of the inline path',
    'counter',
    Object.entries(pool.inline.by).flatMap(([of, counts]) =>
      Object.entries(counts).map(([result, n]) => [`{of="${of}",result="${result}"}`, n]),
    ),
  );
  gauge('inline_backed_off_total', 'Attempts of the inline path left out after misses', 'counter', [
    ['', pool.inline.backedOff],
  ]);
  const perLane = (pick) => Object.entries(lanes).map(([name, lane]) => [`{lane="${name}"}`, pick(lane)]);
  gauge(
    'queued',
    'Operations waiting',
    'gauge',
    perLane((lane) => lane.queued),
  );
  gauge(
    'running',
    'Operations in the hands of a thread',
    'gauge',
    perLane((lane) => lane.running),
  );
  for (const kind of ['completed', 'cancelled', 'rejected', 'inlineHits']) {
    const name = kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    gauge(
      `${name}_total`,
      `Operations ${name.replace('_', ' ')}`,
      'counter',
      perLane((lane) => lane[kind]),
    );
  }
  for (const kind of ['wait', 'service']) {
    lines.push(
      `# HELP uvfiles_${kind}_seconds ${kind} time of operations`,
      `# TYPE uvfiles_${kind}_seconds histogram`,
    );
    for (const [name, lane] of Object.entries(lanes)) {
      let seen = 0;
      for (const { upTo, count } of lane[kind].buckets()) {
        seen += count;
        lines.push(`uvfiles_${kind}_seconds_bucket{lane="${name}",le="${upTo / 1e9}"} ${seen}`);
      }
      lines.push(`uvfiles_${kind}_seconds_bucket{lane="${name}",le="+Inf"} ${seen}`);
      lines.push(`uvfiles_${kind}_seconds_sum{lane="${name}"} ${(lane[kind].mean * seen) / 1e9}`);
      lines.push(`uvfiles_${kind}_seconds_count{lane="${name}"} ${seen}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const self = await open(fileURLToPath(import.meta.url), 'rb');
  for (let i = 0; i < 1000; i++) await self.pread(64, 0); // something to show
  await self.close();
  const port = Number(process.argv[2] ?? 9464);
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(request.url === '/metrics' ? prometheusText() : 'see /metrics\n');
  });
  server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/metrics`));
}
