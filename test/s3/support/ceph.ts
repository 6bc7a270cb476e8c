// Ceph's RADOS gateway with what it needs and no more: one monitor, one OSD in memory, one gateway, on loopback only.
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { connects, endAll, listening, missing, run, type TestServer } from './processes.js';

const PORT = 7480;
const PROGRAMS = ['ceph', 'ceph-mon', 'ceph-osd', 'ceph-authtool', 'monmaptool', 'radosgw', 'radosgw-admin'];
/** Of the OSD's memory. */
const BYTES = 8 * 2 ** 30;
const MONITOR = '[v2:127.0.0.1:13300,v1:127.0.0.1:16789]';

// Deleted objects are collected at once, not after two hours: a full OSD never answers.
function configuration(at: string, fsid: string): string {
  return `[global]
fsid = ${fsid}
mon_host = ${MONITOR}
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_port_min = 16800
ms_bind_port_max = 16900
keyring = ${at}/keyring
run_dir = ${at}/run
asksocket = ${at}/run/$name.asok
pid_file = ${at}/run/$name.pid
log_file = ${at}/log/$name.log
mon_data = ${at}/mon
mon_data_avail_crit = 1
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 2000
osd_data = ${at}/osd
osd_objectstore = memstore
memstore_device_bytes = ${BYTES}
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 2
osd_pool_default_pgp_num = 2
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
rgw_data = ${at}/rgw
[client]
rgw_frontends = beast endpoint=127.0.0.1:${PORT}
rgw_enable_ops_log = false
rgw_gc_obj_min_wait = 1
rgw_gc_processor_period = 2
rgw_gc_processor_max_time = 2
`;
}

let folder: string | undefined;

export const ceph: TestServer & { readonly configuration: string | undefined } = {
  name: 'ceph',

  /** The path of its configuration, while it runs. */
  get configuration() {
    return folder === undefined ? undefined : path.join(folder, 'ceph.conf');
  },

  whyNot() {
    const names = missing(PROGRAMS);
    if (names.length > 0)
      return `${names.join(', ')} not found: apt-get install radosgw ceph-mon ceph-osd ceph-common`;
    return process.getuid?.() === 0 ? undefined : 'Ceph starts as root only';
  },

  async start() {
    if (await connects(PORT)) throw new Error(`port ${PORT} is in use`);
    const at = (folder = mkdtempSync(path.join(tmpdir(), 'uvfiles-ceph-')));
    for (const name of ['mon', 'osd', 'rgw', 'run', 'log']) mkdirSync(path.join(at, name));
    const fsid = randomUUID();
    const conf = path.join(at, 'ceph.conf');
    const keys = path.join(at, 'keyring');
    const map = path.join(at, 'monmap');
    writeFileSync(conf, configuration(at, fsid));
    const caps = (...pairs: string[]): string[] => pairs.flatMap((each) => ['--cap', ...each.split('=')]);
    await run('ceph-authtool', ['--create-keyring', keys, '--gen-key', '-n', 'mon.', ...caps('mon=allow *')]);
    const admin = caps('mon=allow *', 'osd=allow *', 'mgr=allow *');
    await run('ceph-authtool', [keys, '--gen-key', '-n', 'client.admin', ...admin]);
    await run('ceph-authtool', [
      keys,
      '--gen-key',
      '-n',
      'osd.0',
      ...caps('mon=allow profile osd', 'osd=allow *'),
    ]);
    await run('monmaptool', ['--create', '--clobber', '--fsid', fsid, '--addv', 'a', MONITOR, map]);
    await run('ceph-mon', ['-c', conf, '-i', 'a', '--mkfs', '--monmap', map, '--keyring', keys]);
    await run('ceph-mon', ['-c', conf, '-i', 'a']);
    const ask = async (...args: string[]): Promise<string> => run('ceph', ['-c', conf, ...args]);
    const osd = randomUUID();
    await ask('osd', 'new', osd);
    await ask('auth', 'get', 'osd.0').catch(async () => ask('auth', 'add', 'osd.0', '-i', keys));
    await run('ceph-osd', ['-c', conf, '-i', '0', '--mkfs', '--osd-uuid', osd]);
    await ask('osd', 'crush', 'add-bucket', 'localhost', 'host');
    await ask('osd', 'crush', 'move', 'localhost', 'root=default');
    await ask('osd', 'crush', 'add', 'osd.0', '1.0', 'host=localhost');
    await run('ceph-osd', ['-c', conf, '-i', '0']);
    for (let i = 0; i < 120 && !(await ask('osd', 'stat')).includes('1 up'); i++) await delay(500);
    const user = ['--uid=test', '--display-name=test', '--access-key=testkey', '--secret-key=testsecret'];
    await run('radosgw-admin', ['-c', conf, 'user', 'create', ...user]);
    await run('radosgw', ['-c', conf, '-n', 'client.admin']);
    await listening(PORT);
  },

  async stop() {
    if (folder === undefined) return;
    await endAll(path.join(folder, 'run'));
    rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  },
};
