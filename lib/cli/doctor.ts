// uvfiles doctor [PATH]: describes the machine, tests the file system of PATH, and gives advice.
import * as fs from 'node:fs';
import * as process from 'node:process';
import { parseArgs } from 'node:util';
import { advise, describeSystem, type Report, whyNotInline } from './report.js';
import { duration, paint } from './table.js';
import { UsageError } from './usage.js';

export const help = `Usage: uvfiles doctor [PATH] [--json]

Shows the platform, the binary in use, the thread pool and the limits of the process. Then tests the file system
of PATH (default: the current directory): cached reads without a thread, locks, and atomic replacement. It creates
a temporary directory in PATH and removes it.

  --json   print one JSON object instead of text

Exit codes: 0 if the library works, 1 if it does not, 2 for incorrect usage.`;

/** The file of the addon among what was loaded. */
function loadedBinary(): string | undefined {
  return Object.keys(require.cache).find((file) => file.endsWith('uvfiles.node'));
}

async function examine(path: string, version: string): Promise<Report> {
  const report = describeSystem(version);
  try {
    const { metrics } = await import('../index.js');
    const { threads, reserved } = metrics().pool;
    const configured = process.env.UV_THREADPOOL_SIZE;
    report.pool = { threads, reserved, ...(configured !== undefined && { configured }) };
    const file = loadedBinary();
    if (file !== undefined) {
      report.binary = { file, origin: /[\\/]prebuilds[\\/]/.test(file) ? 'prebuilt' : 'built here' };
    }
  } catch (error) {
    report.binary.error = (error as Error).message;
    report.advice = ['Build a binary for this system: npx uvfiles build'];
    return report;
  }
  const { probePath } = await import('./probe.js');
  report.path = await probePath(path);
  report.works = true;
  const why = whyNotInline(report);
  report.inline = why === undefined ? { enabled: true } : { enabled: false, why };
  report.advice = advise(report);
  return report;
}

function counted(tried: { inline: number; of: number } | undefined): string {
  return tried === undefined ? 'not tested' : `${tried.inline} of ${tried.of} without a thread`;
}

function pathRows(report: Report): [string, string][] {
  const { path } = report;
  if (path === undefined) return [];
  return [
    ['path', path.path],
    [
      'file system',
      path.type === undefined ? 'unknown' : `${path.type}, mounted at ${path.mountPoint ?? '?'}`,
    ],
    ['inline path', report.inline.enabled ? 'works' : `off: ${report.inline.why ?? 'unknown'}`],
    ['cached reads', counted(path.reads)],
    ['cached names', counted(path.names)],
    ...(path.writable
      ? ([
          ['locks', path.locks!],
          ['atomic writes', path.atomicReplace!],
          ['unnamed files', path.namelessFiles!],
          ['time of a sync', duration(path.syncNs!)],
        ] as [string, string][])
      : ([['writing', 'not permitted here']] as [string, string][])),
  ];
}

function rows(report: Report): [string, string][] {
  const { system, binary, pool, limits } = report;
  return [
    [
      'platform',
      `${system.platform}${system.libc === undefined ? '' : ` (${system.libc})`}, ${system.kernel}`,
    ],
    ['runtime', system.runtime],
    ['processors', String(system.processors)],
    ['binary', binary.file === undefined ? 'none can be loaded' : `${binary.file} (${binary.origin!})`],
    ...(pool === undefined
      ? []
      : ([['thread pool', `${pool.threads} threads, ${pool.reserved} reserved for Node`]] as [
          string,
          string,
        ][])),
    ['descriptors', limits.descriptors ?? 'unknown'],
    ['seccomp', limits.seccomp ?? 'unknown'],
    ...pathRows(report),
  ];
}

function print(report: Report): void {
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  write(paint('bold', `uvfiles ${report.version}`));
  for (const [name, value] of rows(report)) write(`  ${`${name} `.padEnd(18, '.')} ${value}`);
  if (report.binary.error !== undefined) write(`\n${report.binary.error}`);
  write('');
  write(report.works ? paint('green', 'uvfiles works here.') : paint('red', 'uvfiles does not work here.'));
  for (const each of report.advice) write(`- ${each}`);
}

/** Resolves to the exit code. */
export async function doctor(args: string[], version: string): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (positionals.length > 1) throw new UsageError(`expected one PATH, got ${positionals.length}`);
  const path = positionals[0] ?? '.';
  if (!fs.existsSync(path)) throw new UsageError(`${path} does not exist`);
  const report = await examine(path, version);
  if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else print(report);
  return report.works ? 0 : 1;
}
