// Operations as data, performed on real files by node:fs and on the memory file system. The result of each is a line of
// text.
import fs from 'node:fs';
import path from 'node:path';

import type { FileSystem } from '../../../lib/filesystem/filesystem.js';

/** One operation: a name and its arguments. Paths are absolute within the tree that is compared. */
export type Operation = readonly [name: string, ...args: (string | number)[]];

/** A file system that operations are performed on. */
export interface World {
  /** Performs the operation. Returns an error code or the result. */
  perform(operation: Operation): Promise<string>;
  /** All files, one line per path. */
  snapshot(): Promise<string[]>;
  /** From now on, this user performs the operations. */
  become(uid: number, gid: number): void;
}

const code = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
// The sizes of directories depend on the file system, and those of links are the lengths of their targets.
const shown = (stats: fs.Stats): string => {
  const size = stats.isFile() ? ` ${stats.size}` : '';
  return `${stats.mode.toString(8)} ${stats.uid}:${stats.gid} ${stats.nlink}${size}`;
};

/** Real files below `root`, as root or (effectively) another user. */
export function diskWorld(root: string): World {
  let user = { uid: 0, gid: 0 };
  const at = (p: string | number): string => root + String(p);
  const perform = ([name, a = '', b = '', c = 0]: Operation): string => {
    const first = at(a);
    switch (name) {
      case 'open': {
        const fd = fs.openSync(first, Number(b), Number(c));
        const isDirectory = fs.fstatSync(fd).isDirectory();
        fs.closeSync(fd);
        // The library's own rule: directories are opened as such, or not at all.
        return isDirectory && (Number(b) & fs.constants.O_DIRECTORY) === 0 ? 'EISDIR' : 'ok';
      }
      case 'write': {
        const fd = fs.openSync(first, Number(c));
        fs.writeSync(fd, String(b));
        fs.closeSync(fd);
        return 'ok';
      }
      case 'read':
        return fs.readFileSync(first, 'latin1');
      case 'stat':
        return shown(fs.statSync(first));
      case 'lstat':
        return shown(fs.lstatSync(first));
      case 'list':
        return fs.readdirSync(first).sort().join();
      case 'unlink':
        fs.unlinkSync(first);
        return 'ok';
      case 'mkdir':
        fs.mkdirSync(first, Number(b));
        return 'ok';
      case 'rmdir':
        fs.rmdirSync(first);
        return 'ok';
      case 'rename':
        fs.renameSync(first, at(b));
        return 'ok';
      case 'link':
        fs.linkSync(first, at(b));
        return 'ok';
      case 'symlink':
        fs.symlinkSync(String(a).startsWith('/') ? first : String(a), at(b));
        return 'ok';
      case 'readlink':
        return fs.readlinkSync(first).replace(root, '');
      case 'realpath':
        return fs.realpathSync.native(first).replace(root, '') || '/';
      case 'access':
        fs.accessSync(first, Number(b));
        return 'ok';
      case 'chmod':
        fs.chmodSync(first, Number(b));
        return 'ok';
      case 'chown':
        fs.chownSync(first, Number(b), Number(c));
        return 'ok';
      case 'lchown':
        fs.lchownSync(first, Number(b), Number(c));
        return 'ok';
      case 'utimes':
        fs.utimesSync(first, Number(b), Number(c));
        return times(fs.statSync(first));
      case 'lutimes':
        fs.lutimesSync(first, Number(b), Number(c));
        return times(fs.lstatSync(first));
      case 'truncate':
        fs.truncateSync(first, Number(b));
        return 'ok';
      default:
        throw new Error(`no operation ${name}`);
    }
  };
  return {
    async perform(operation) {
      try {
        become(user.uid, user.gid);
        return perform(operation);
      } catch (error) {
        return code(error);
      } finally {
        become(0, 0);
      }
    },
    become: (uid, gid) => void (user = { uid, gid }),
    snapshot: async () => {
      const lines: string[] = [];
      const visit = (p: string): void => {
        const stats = fs.lstatSync(at(p));
        const more = stats.isSymbolicLink()
          ? ` -> ${fs.readlinkSync(at(p)).replace(root, '')}`
          : stats.isFile()
            ? ` ${fs.readFileSync(at(p), 'latin1')}`
            : '';
        lines.push(`${p} ${shown(stats)}${more}`);
        if (stats.isDirectory())
          for (const each of fs.readdirSync(at(p)).sort()) visit(path.posix.join(p, each));
      };
      visit('/');
      return lines;
    },
  };
}

// Following a link sets its access time to the current time.
const time = (ms: number): string => (ms > 1e11 ? 'now' : String(ms));
const times = (stats: fs.Stats): string => `${time(stats.atimeMs)} ${time(stats.mtimeMs)}`;

function become(uid: number, gid: number): void {
  if (process.geteuid!() === uid) return;
  if (uid === 0) {
    process.seteuid!(0);
    process.setegid!(gid);
  } else {
    process.setegid!(gid);
    process.seteuid!(uid);
  }
}

/** A memory file system. `asUser` makes it answer to that user. */
export function memoryWorld(files: FileSystem, asUser: (uid: number, gid: number) => void): World {
  const call = {};
  const perform = async ([name, a = '', b = '', c = 0]: Operation): Promise<string> => {
    const first = String(a);
    const stat = (followSymlinks: boolean): Promise<fs.Stats> =>
      files.stat(first, { followSymlinks, bigint: false }, call) as Promise<fs.Stats>;
    const follow = { followSymlinks: !name.startsWith('l') };
    switch (name) {
      case 'open':
        await (await files.open(first, Number(b), Number(c), call)).close();
        return 'ok';
      case 'write': {
        const f = await files.open(first, Number(c), 0o666, call);
        await f.pwrite!(Buffer.from(String(b)), 0, call);
        await f.close();
        return 'ok';
      }
      case 'read':
        return Buffer.from(await files.readFile!(first, call)).toString('latin1');
      case 'stat':
        return shown(await stat(true));
      case 'lstat':
        return shown(await stat(false));
      case 'list': {
        const names: string[] = [];
        for await (const batch of files.list(first, call))
          names.push(...batch.map((each) => String(each.name)));
        return names.sort().join();
      }
      case 'unlink':
        await files.unlink(first, call);
        return 'ok';
      case 'mkdir':
        await files.mkdir(first, Number(b), call);
        return 'ok';
      case 'rmdir':
        await files.rmdir(first, call);
        return 'ok';
      case 'rename':
        await files.rename(first, String(b), call);
        return 'ok';
      case 'link':
        await files.link!(first, String(b), call);
        return 'ok';
      case 'symlink':
        await files.symlink!(first, String(b), call);
        return 'ok';
      case 'readlink':
        return String(await files.readlink!(first, call));
      case 'realpath':
        return String(await files.realpath!(first, call));
      case 'access':
        return (await files.access!(first, Number(b), call)) ? 'ok' : 'no';
      case 'chmod':
        await files.chmod!(first, Number(b), call);
        return 'ok';
      case 'chown':
      case 'lchown':
        await files.chown!(first, Number(b), Number(c), follow, call);
        return 'ok';
      case 'utimes':
      case 'lutimes':
        await files.utimes!(first, Number(b) * 1000, Number(c) * 1000, follow, call);
        return times(await stat(follow.followSymlinks));
      case 'truncate':
        await files.truncate!(first, Number(b), call);
        return 'ok';
      default:
        throw new Error(`no operation ${name}`);
    }
  };
  return {
    perform: (operation) => perform(operation).catch(code),
    become: asUser,
    snapshot: async () => {
      const lines: string[] = [];
      const visit = async (p: string): Promise<void> => {
        const stats = (await files.stat(p, { followSymlinks: false, bigint: false }, call)) as fs.Stats;
        const more = stats.isSymbolicLink()
          ? ` -> ${String(await files.readlink!(p, call))}`
          : stats.isFile()
            ? ` ${Buffer.from(await files.readFile!(p, call)).toString('latin1')}`
            : '';
        lines.push(`${p} ${shown(stats)}${more}`);
        if (!stats.isDirectory()) return;
        const names: string[] = [];
        for await (const batch of files.list(p, call)) names.push(...batch.map((each) => String(each.name)));
        for (const each of names.sort()) await visit(path.posix.join(p, each));
      };
      await visit('/');
      return lines;
    },
  };
}
