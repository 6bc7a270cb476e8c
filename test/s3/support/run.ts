// `npm run test:s3`: starts the servers that are installed, runs test/s3 on them, and stops them. Names of servers may
// be given: `npm run test:s3 -- ceph`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { ceph } from './ceph.js';
import type { TestServer } from './processes.js';
import { swift } from './swift.js';

const names = process.argv.slice(2);
const wanted = [ceph, swift].filter(({ name }) => names.length === 0 || names.includes(name));
const running: TestServer[] = [];

async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map(async (server) => server.stop()));
}

async function start(server: TestServer): Promise<void> {
  const why = server.whyNot();
  if (why !== undefined) return void console.log(`${server.name}: skipped, ${why}`);
  const started = Date.now();
  running.push(server);
  await server.start();
  console.log(`${server.name}: runs after ${Math.round((Date.now() - started) / 1000)} s`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(1)));

try {
  for (const server of wanted) await start(server);
  const UVFILES_S3 = running.map(({ name }) => name).join(',');
  const mocha = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', 'test/s3/**/*.test.ts'], {
    stdio: 'inherit',
    env: { ...process.env, UVFILES_S3 },
  });
  const [code] = (await once(mocha, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await stopAll();
}
