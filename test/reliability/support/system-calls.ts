// A program's system calls, as strace records them: in one order, with every byte of their strings.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';

import { type Ending, endOf, root } from '../../support/temp.js';

/** One call that succeeded. */
export interface SystemCall {
  name: string;
  /** Strings are Buffers; everything else is strace's text. */
  args: (Buffer | string)[];
  result: number;
}

const RECORDED = [
  'open,openat,creat,close,dup,dup2,dup3,fcntl,lseek,read,readv,write,writev,pwrite64,pwritev,pwritev2,ftruncate',
  'truncate,fallocate,copy_file_range,sendfile,ioctl,mkdir,mkdirat,rmdir,rename,renameat,renameat2,link,linkat',
  'symlink,symlinkat,unlink,unlinkat,fsync,fdatasync,sync,syncfs,mknod,mknodat',
].join(',');

/**
 * Runs an ES module under strace.
 * @param inject strace's `inject=` values: calls that fail, as on a file system that does not support them
 */
export async function recordCalls(
  code: string,
  o: { log: string; argv: string[]; inject?: string[] },
): Promise<{ calls: SystemCall[]; ending: Ending }> {
  const args = ['-f', '-qq', '-xx', '-s', '1000000', '-o', o.log, '-e', 'signal=none'];
  // Calls that only fail are traced as well.
  const failing = (o.inject ?? []).map((each) => `,${each.split(':')[0]}`).join('');
  args.push('-e', `trace=${RECORDED}${failing}`);
  for (const each of o.inject ?? []) args.push('-e', `inject=${each}`);
  args.push(process.execPath, '--no-warnings', '--input-type=module', '-e', code, ...o.argv);
  const env = { ...process.env, UVFILES_INLINE: '0' };
  const ending = await endOf(spawn('strace', args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  const calls = parseLog(readFileSync(o.log, 'latin1'));
  rmSync(o.log);
  return { calls, ending };
}

function parseLog(log: string): SystemCall[] {
  const begun = new Map<string, string>();
  const calls: SystemCall[] = [];
  for (const line of log.split('\n')) {
    const [, thread, rest] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (thread === undefined || rest === undefined) continue;
    if (rest.endsWith('<unfinished ...>')) {
      // Another thread may get the number before the call that released it has ended.
      const [, fd] = /^close\((\d+)/.exec(rest) ?? [];
      if (fd !== undefined) calls.push({ name: 'close', args: [fd], result: 0 });
      begun.set(thread, rest.slice(0, -'<unfinished ...>'.length).trimEnd());
      continue;
    }
    if (rest.startsWith('<... close resumed>')) continue;
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const call = parseCall(resumed ? `${begun.get(thread)}${resumed[1]}` : rest);
    if (call !== undefined) calls.push(call);
  }
  return calls;
}

function parseCall(text: string): SystemCall | undefined {
  const [, name, list, result] = /^(\w+)\((.*)\) += (\d+)/.exec(text) ?? [];
  if (name === undefined || list === undefined) return undefined;
  return { name, args: splitArguments(list), result: Number(result) };
}

// At the commas that are in no bracket. Strings hold none: every byte of theirs is \xNN.
function splitArguments(list: string): (Buffer | string)[] {
  const found: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let i = 0; i < list.length; i++) {
    const each = list[i]!;
    if ('([{'.includes(each)) depth++;
    else if (')]}'.includes(each)) depth--;
    else if (each === ',' && depth === 0) {
      found.push(list.slice(begin, i));
      begin = i + 1;
    }
  }
  found.push(list.slice(begin));
  return found.map((each) => (each.trim().startsWith('"') ? bytesOf(each) : each.trim()));
}

/** The bytes of all strings in an argument: of a vector of buffers, one after the other. */
export function bytesOf(text: string): Buffer {
  if (text.includes('"...')) throw new Error('strace has cut a string short');
  const strings = [...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map((match) =>
    match[1]!.replaceAll('\\x', ''),
  );
  return Buffer.from(strings.join(''), 'hex');
}
