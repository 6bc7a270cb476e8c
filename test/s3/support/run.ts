// `npm run test:s3`: starts the servers that are installed, runs test/s3 on them, and stops them. Names of servers may
// and arguments of mocha may be given: `npm run test:s3 -- ceph --grep writing`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { ceph } from './ceph.js';
import type { TestServer } from './processes.js';
import { swift } from './swift.js';

const servers = [ceph, swift];
const isServer = (word: string): boolean => servers.some(({ name }) => name === word);
const names = process.argv.slice(2).filter(isServer);
const forMocha = process.argv.slice(2).filter((word) => !isServer(word));
const wanted = servers.filter(({ name }) => names.length === 0 || names.includes(name));
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
  const program = ['node_modules/mocha/bin/mocha.js', 'test/s3/**/*.test.ts', ...forMocha];
  const mocha = spawn(process.execPath, program, {
    stdio: 'inherit',
    env: { ...process.env, UVFILES_S3, UVFILES_CEPH_CONF: ceph.configuration },
  });
  const [code] = (await once(mocha, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await stopAll();
}
