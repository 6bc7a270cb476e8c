// A proxy on loopback that simulates faults of networks and busy servers.
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one request. By default, it is passed on. */
export type Fault =
  | { readonly status: number; readonly code: string }
  /** The connection is reset instead of an answer. */
  | 'reset'
  /** The request arrives and is carried out, and the connection is reset instead of the answer. */
  | 'lose answer'
  /** The body ends after so many bytes, with the connection. */
  | { readonly cutAt: number }
  /** The header announces so many bytes more than there are. */
  | { readonly longerBy: number };

/** A proxy in front of `endpoint`. `choose` is asked about each request. */
export class FaultyProxy {
  /** Decides about each request. */
  choose: (request: http.IncomingMessage) => Fault | undefined = () => undefined;
  readonly #server: http.Server;

  constructor(endpoint: string) {
    const { hostname, port } = new URL(endpoint);
    this.#server = http.createServer((request, response) => {
      const fault = this.choose(request);
      if (fault === 'reset') return void request.socket.resetAndDestroy();
      if (typeof fault === 'object' && 'status' in fault) {
        request.resume();
        const body = `<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>injected</Message></Error>`;
        response.writeHead(fault.status, {
          'content-type': 'application/xml',
          'x-amz-request-id': 'injected',
        });
        return void response.end(request.method === 'HEAD' ? undefined : body);
      }
      const { method, url, headers } = request;
      const passed = http.request({ hostname, port, method, path: url, headers }, (answer) => {
        if (fault === 'lose answer') {
          answer.resume().once('end', () => request.socket.resetAndDestroy());
          return;
        }
        const length = Number(answer.headers['content-length']);
        if (typeof fault === 'object' && 'longerBy' in fault)
          answer.headers['content-length'] = String(length + fault.longerBy);
        response.writeHead(answer.statusCode!, answer.headers);
        let left = typeof fault === 'object' && 'cutAt' in fault ? fault.cutAt : Infinity;
        answer.on('data', (chunk: Buffer) => {
          response.write(chunk.subarray(0, left));
          left -= chunk.length;
          if (left <= 0) response.destroy();
        });
        answer.on('end', () => {
          if (typeof fault === 'object' && 'longerBy' in fault) response.destroy();
          else response.end();
        });
        answer.on('error', () => response.destroy());
      });
      passed.on('error', () => response.destroy());
      request.pipe(passed);
    });
  }

  /** Resolves to the proxy's own endpoint. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends every connection, and refuses new ones: the server is killed. */
  kill(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
