// A server of static files with ranges, and its figures at /metrics: npx tsx examples/static-server.ts DIRECTORY [PORT]
// Shows: serveFile answers ranges, conditions and HEAD, and its root is never left; metrics() tells what the pool does.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics, serveFile } from 'uvfiles';

const [root = '.', port = '8080'] = process.argv.slice(2);
let requests = 0;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/metrics') {
    const { lanes, pool } = metrics();
    const { completed, inlineHits, queued, service } = lanes.default!;
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        requests,
        completed,
        inlineHits,
        queued,
        p99: service.percentile(99),
        jobs: pool.jobs,
      }),
    );
    return;
  }
  requests++;
  const name = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
  await serveFile(request, response, decodeURIComponent(name), {
    root,
    headers: { 'cache-control': 'public, max-age=60' },
  });
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    // A name that cannot be decoded. What serveFile refuses it has answered itself.
    console.error(error);
    if (!response.headersSent) response.writeHead(400);
    response.end();
  });
});

server.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ serves ${root}`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
