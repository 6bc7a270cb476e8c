// OpenStack Swift with its S3 layer, all in one, on loopback only: the server without conditional PUTs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { connects, endAll, listening, missing, run, stay, type TestServer } from './processes.js';

const PORT = 8080;
const CACHE_PORT = 11_311;
const STORES = { object: 6200, container: 6201, account: 6202 } as const;
const PROGRAMS = [
  'swift-proxy-server',
  'swift-ring-builder',
  'memcached',
  ...Object.keys(STORES).map((each) => `swift-${each}-server`),
];

/**
 * Seconds that the servers wait for each other. With the defaults (0.5 to 3) a busy machine leaves changes of a listing
 * to a daemon that does not run here: an object that was deleted would be listed for good.
 */
const PATIENCE = ['conn_timeout', 'node_timeout', 'container_update_timeout']
  .map((name) => `${name} = 60`)
  .join('\n');

/** Filters of the proxy, in the order in which a request passes them, with the settings that they need. */
const FILTERS: Readonly<Record<string, string>> = {
  catch_errors: '',
  gatekeeper: '',
  healthcheck: '',
  cache: `memcache_servers = 127.0.0.1:${CACHE_PORT}`,
  listing_formats: '',
  bulk: '',
  s3api: 's3_acl = false\nallow_multipart_uploads = true\nlocation = us-east-1',
  tempauth: 'user_test_tester = testing .admin',
  copy: '',
  slo: '',
  dlo: '',
  versioned_writes: 'allow_versioned_writes = true\nallow_object_versioning = true',
  symlink: '',
};
/** Filters whose entry point has another name. */
const ENTRY: Readonly<Record<string, string>> = { cache: 'memcache' };

const common = (at: string, port: number): string => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 1
user = root
swift_dir = ${at}/etc
devices = ${at}/dev
mount_check = false
log_level = WARNING
log_udp_host = 127.0.0.1
log_udp_port = 9
`;

const storeConfiguration = (at: string, name: string, port: number): string => `${common(at, port)}
[pipeline:main]
pipeline = ${name}-server
[app:${name}-server]
use = egg:swift#${name}
${PATIENCE}
`;

function proxyConfiguration(at: string): string {
  const filters = Object.entries(FILTERS).map(
    ([name, settings]) => `[filter:${name}]\nuse = egg:swift#${ENTRY[name] ?? name}\n${settings}\n`,
  );
  return `${common(at, PORT)}
[pipeline:main]
pipeline = ${Object.keys(FILTERS).join(' ')} proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
${PATIENCE}
${filters.join('')}`;
}

let folder: string | undefined;

export const swift: TestServer = {
  name: 'swift',

  whyNot() {
    const names = missing(PROGRAMS);
    if (names.length > 0)
      return `${names.join(', ')} not found: apt-get install swift-proxy swift-account swift-container swift-object memcached`;
    return process.getuid?.() === 0 ? undefined : 'Swift starts as root only';
  },

  async start() {
    if (await connects(PORT)) throw new Error(`port ${PORT} is in use`);
    const at = (folder = mkdtempSync(path.join(tmpdir(), 'uvfiles-swift-')));
    for (const name of ['etc', 'dev/sdb1', 'run']) mkdirSync(path.join(at, name), { recursive: true });
    // The one file that Swift looks for in a fixed place.
    mkdirSync('/etc/swift', { recursive: true });
    writeFileSync(
      '/etc/swift/swift.conf',
      '[swift-hash]\nswift_hash_path_suffix = uvfiles\nswift_hash_path_prefix = uvfiles\n',
    );
    const start = (name: string, program: string, args: string[]): void => {
      const pid = stay(program, args, path.join(at, 'run', `${name}.log`));
      writeFileSync(path.join(at, 'run', `${name}.pid`), String(pid));
    };
    start('memcached', 'memcached', ['-l', '127.0.0.1', '-p', String(CACHE_PORT), '-u', 'root']);
    for (const [name, port] of Object.entries(STORES)) {
      const ring = `${name}.builder`;
      const etc = path.join(at, 'etc');
      await run('swift-ring-builder', [ring, 'create', '6', '1', '1'], etc);
      await run('swift-ring-builder', [ring, 'add', `r1z1-127.0.0.1:${port}/sdb1`, '1'], etc);
      await run('swift-ring-builder', [ring, 'rebalance'], etc);
      writeFileSync(path.join(at, `${name}.conf`), storeConfiguration(at, name, port));
      start(name, `swift-${name}-server`, [path.join(at, `${name}.conf`)]);
    }
    writeFileSync(path.join(at, 'proxy.conf'), proxyConfiguration(at));
    start('proxy', 'swift-proxy-server', [path.join(at, 'proxy.conf')]);
    await listening(PORT);
  },

  async stop() {
    if (folder === undefined) return;
    await endAll(path.join(folder, 'run'));
    rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  },
};
