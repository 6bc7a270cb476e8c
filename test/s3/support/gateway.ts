// A gateway of the tests' Ceph that a test may kill. It stands beside the one that the other tests use, on a port of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { listening } from './processes.js';

/** Why there is no such gateway; undefined where it can be started. */
export function whyNoGateway(): string | undefined {
  return process.env.UVFILES_CEPH_CONF === undefined
    ? 'UVFILES_CEPH_CONF names no configuration of Ceph: npm run test:s3'
    : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export class Gateway {
  #process: ChildProcess | undefined;
  #port = 0;

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it, on the port that it had before. Resolves when it answers. */
  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    // Without a cache: the other gateway would wait for this one when it writes what both cache.
    const o = {
      conf: process.env.UVFILES_CEPH_CONF!,
      name: 'client.admin',
      rgw_frontends: `beast endpoint=127.0.0.1:${this.#port}`,
      rgw_cache_enabled: 'false',
      rgw_enable_gc_threads: 'false',
      rgw_enable_lc_threads: 'false',
      pid_file: '',
      admin_socket: '',
      log_file: '/dev/null',
    };
    const args = Object.entries(o).map(([name, value]) => `--${name}=${value}`);
    this.#process = spawn('radosgw', ['-f', ...args], { stdio: 'ignore' });
    await listening(this.#port);
  }

  /** Ends it with SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    this.#process = undefined;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  }
}
