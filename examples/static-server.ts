// A static file server with ranges, and its metrics at /metrics: npx tsx examples/static-server.ts DIRECTORY [PORT]
// Shows serveFile, which handles ranges, conditional requests and HEAD and never leaves its root, and metrics().
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
    // The name cannot be decoded. Other errors of the request have been answered by serveFile.
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
