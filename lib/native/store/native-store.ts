// The default backend: every call is one operation in the addon's queue.
import { constants } from 'node:fs';

import { systemError } from '../../errors/index.js';
import { addon } from '../addon.js';
import { openCached, readFileCached, statCached } from '../inline-paths.js';
import * as P from '../protocol.js';
import { FEW_WAIT, mayInline, mayWait, nextTurn } from '../ration.js';
import * as R from '../requests.js';
import type { OpOptions } from '../../schedule/options.js';
import type { Backend, OpenFile } from '../../filesystem/open-file.js';
import { NativeFile } from './native-file.js';

const { O_APPEND, O_RDONLY } = constants;

/** Frees a file that was opened for a caller who no longer wants it. */
function disown(record: R.OpenedRecord): void {
  new NativeFile(record, true).close().catch(() => undefined); // nothing was written through it
}

async function opened(pending: Promise<R.OpenedRecord>, owned: boolean): Promise<NativeFile> {
  return new NativeFile(await pending, owned);
}

// Functions of their own, so that the closures cost the others nothing.
function openLater(
  path: string | Uint8Array,
  flags: number,
  permissions: number,
  o: OpOptions | undefined,
): Promise<OpenFile> {
  return nextTurn(undefined, () => nativeBackend.open(path, flags, permissions, o));
}

function readBytesLater(path: string | Uint8Array, o: OpOptions | undefined): Promise<Buffer> {
  return nextTurn(undefined, () => nativeBackend.readBytes(path, o));
}

function statLater(
  kind: number,
  shape: number,
  syscall: string,
  path: string | Uint8Array,
  o: OpOptions | undefined,
): Promise<never> {
  return nextTurn(undefined, () => statPath(kind, shape, syscall, path, o));
}

function statPath(
  kind: number,
  shape: number,
  syscall: string,
  path: string | Uint8Array,
  o: OpOptions | undefined,
): Promise<never> {
  if (mayInline(o)) {
    const stats = statCached(path, kind === P.KIND_STAT, shape === R.AS_BIGINT_STATS, o);
    if (typeof stats === 'number') return Promise.reject(systemError(stats, syscall, path));
    if (stats !== undefined) return Promise.resolve(stats as never);
  } else if (mayWait(FEW_WAIT, o)) {
    return statLater(kind, shape, syscall, path, o);
  }
  const slot = R.begin(kind, shape, undefined);
  R.name(slot, syscall, path);
  const refused = R.applyOptions(slot, o, true);
  if (refused !== undefined) return Promise.reject(refused);
  if (shape === R.AS_BIGINT_STATS) R.args[P.ARG_FLAGS] = P.FLAG_BIGINT;
  addon.submitPath(path);
  return R.sent(slot, o);
}

/** Real files, through the addon. */
export const nativeBackend: Backend = {
  open(path, flags, permissions, o) {
    if (flags === O_RDONLY && mayInline(o)) {
      const record = openCached(path, flags, o);
      if (record !== undefined) return Promise.resolve(new NativeFile(record, true));
    } else if (flags === O_RDONLY && mayWait(FEW_WAIT, o)) {
      return openLater(path, flags, permissions, o);
    }
    const slot = R.begin(P.KIND_OPEN, R.AS_OPENED, undefined);
    R.name(slot, 'open', path).disown = (answer) => disown(answer as R.OpenedRecord);
    const refused = R.applyOptions(slot, o, true);
    if (refused !== undefined) return Promise.reject(refused);
    const { args } = R;
    args[P.ARG_OPEN_FLAGS] = flags;
    args[P.ARG_MODE] = permissions;
    if ((flags & O_APPEND) !== 0) args[P.ARG_FLAGS] = P.FLAG_APPEND;
    addon.submitPath(path);
    return opened(R.sent(slot, o), true);
  },

  adopt(fd, flags, owned, o) {
    const slot = R.begin(P.KIND_OPEN, R.AS_OPENED, undefined);
    R.name(slot, 'fstat');
    // Not given up half-way: whose the descriptor is must be certain.
    const refused = R.applyOptions(slot, o, false);
    if (refused !== undefined) return Promise.reject(refused);
    const { args } = R;
    args[P.ARG_OPEN_FLAGS] = P.ADOPT_DESCRIPTOR;
    args[P.ARG_POSITION] = fd;
    args[P.ARG_SIZE] = owned ? 0 : 1;
    if ((flags & O_APPEND) !== 0) args[P.ARG_FLAGS] = P.FLAG_APPEND;
    addon.submitPath('');
    return opened(R.sent(slot, o), owned);
  },

  readBytes(path, o) {
    if (mayInline(o)) {
      const bytes = readFileCached(path, o);
      if (bytes !== undefined) return Promise.resolve(bytes);
    } else if (mayWait(FEW_WAIT, o)) {
      return readBytesLater(path, o);
    }
    const slot = R.begin(P.KIND_READ_FILE, R.AS_BYTES, undefined);
    R.name(slot, 'open', path);
    const refused = R.applyOptions(slot, o, true);
    if (refused !== undefined) return Promise.reject(refused);
    R.args[P.ARG_OPEN_FLAGS] = O_RDONLY;
    addon.submitPath(path);
    return R.sent(slot, o);
  },

  writeFile(path, data, flags, permissions, sync, o) {
    const slot = R.begin(P.KIND_WRITE_FILE, R.AS_NOTHING, undefined);
    R.name(slot, 'open', path);
    const refused = R.applyOptions(slot, o, false);
    if (refused !== undefined) return Promise.reject(refused);
    const { args } = R;
    args[P.ARG_OPEN_FLAGS] = flags;
    args[P.ARG_MODE] = permissions;
    args[P.ARG_SYNC_AFTER] = sync ? 1 : 0;
    addon.submitWriteFile(path, data);
    return R.sent(slot, o);
  },

  stat: (path, o) => statPath(P.KIND_STAT, R.AS_STATS, 'stat', path, o),
  statBigInt: (path, o) => statPath(P.KIND_STAT, R.AS_BIGINT_STATS, 'stat', path, o),
  lstat: (path, o) => statPath(P.KIND_LSTAT, R.AS_STATS, 'lstat', path, o),
  lstatBigInt: (path, o) => statPath(P.KIND_LSTAT, R.AS_BIGINT_STATS, 'lstat', path, o),
};
