// The command line of `npx tsx bench/run.ts`, parsed once.
import { parseArgs } from 'node:util';
import { tmpdir } from 'node:os';
import { setOf } from './sets.js';

export const usage = `npx tsx bench/run.ts [options] [NAME...]

  --quick                small fixtures and few operations: checks that everything works; ignore its figures
  --set published        the workloads of the README and of docs/benchmarks.md, each with its own number of rounds
  --only NAME,...        workloads to run: whole names, or the beginning of names; also without --only
  --issue N,...          only the workloads whose floors that issue sets
  --before DIRECTORY     compare with the build of uvfiles in another checkout instead of with other contenders
  --contenders NAME,...  contenders to run in addition to uvfiles (all by default)
  --rounds N             alternating rounds (7 by default, at least 5 for a figure worth quoting)
  --round-ms N           about how long one contender is measured in one round (150 by default)
  --dir DIRECTORY        where the fixtures go (the system's temporary directory by default)
  --json FILE            write every sample and figure to FILE, after each workload
  --minutes N            begin no further workload after N minutes; --resume measures the rest
  --resume               keep the workloads that FILE of --json already has, and measure the others
  --report FILE          write a page with plots and all figures to FILE, which needs nothing else
  --from FILE,...        measure nothing: take what --json wrote to these files
  --markdown             print the tables as Markdown
  --publish              write the figures to docs/benchmarks.md, the README and its pictures
  --list                 print workloads and contenders, run nothing`;

export interface Options {
  readonly quick: boolean;
  readonly set: string | undefined;
  readonly before: string | undefined;
  readonly only: readonly string[];
  readonly issues: readonly number[];
  readonly contenders: readonly string[];
  readonly rounds: number;
  readonly roundMs: number;
  readonly dir: string;
  readonly json: string | undefined;
  readonly report: string | undefined;
  readonly minutes: number;
  readonly resume: boolean;
  readonly from: readonly string[];
  readonly markdown: boolean;
  readonly publish: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

/** Reads the command line; throws a TypeError with a readable message when it cannot be understood. */
export function readOptions(argv: string[]): Options {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      set: { type: 'string' },
      before: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      issue: { type: 'string', multiple: true, default: [] },
      contenders: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      'round-ms': { type: 'string' },
      dir: { type: 'string', default: tmpdir() },
      json: { type: 'string' },
      report: { type: 'string' },
      minutes: { type: 'string' },
      resume: { type: 'boolean', default: false },
      from: { type: 'string', multiple: true, default: [] },
      markdown: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const set = values.set === undefined ? undefined : setOf(values.set);
  if (values.resume && values.json === undefined) throw new TypeError('--resume needs --json FILE');
  return {
    ...values,
    set: values.set,
    before: values.before,
    json: values.json,
    report: values.report,
    from: splitNames(values.from),
    only: splitNames([...values.only, ...positionals]),
    issues: splitNames(values.issue).map(Number),
    contenders: splitNames(values.contenders),
    rounds: positiveNumber('--rounds', values.rounds, values.quick ? 2 : 7),
    minutes: positiveNumber('--minutes', values.minutes, Number.POSITIVE_INFINITY),
    roundMs: positiveNumber('--round-ms', values['round-ms'], values.quick ? 10 : (set?.roundMs ?? 150)),
  };
}

function splitNames(lists: readonly string[]): string[] {
  return lists.flatMap((list) => list.split(',')).filter((name) => name !== '');
}

function positiveNumber(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const number = Number(text);
  if (!(number > 0)) throw new TypeError(`${option} takes a positive number, not '${text}'`);
  return number;
}
