// The command line of the package: `npx uvfiles doctor`, `npx uvfiles bench`. bin/uvfiles.mjs calls it. The command `build` is
// there, because it must work when this module cannot be loaded. Nothing here loads the addon until a command needs it.
import * as process from 'node:process';
import { bench, help as benchHelp } from './bench.js';
import { doctor, help as doctorHelp } from './doctor.js';
import { UsageError } from './usage.js';

const commands = { doctor, bench };
const helps = { doctor: doctorHelp, bench: benchHelp };

function isCommand(name: string): name is keyof typeof commands {
  return Object.hasOwn(commands, name);
}

/** What `parseArgs` reports about an unknown option. */
function isUsage(error: unknown): error is Error {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return error instanceof UsageError || (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS_'));
}

/** Ends the command if its output cannot be written. Nobody reads the rest of it in `uvfiles doctor | head`: not an error. */
function onOutputError(name: keyof typeof commands): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      process.stderr.write(`uvfiles ${name}: ${error.message}\n`);
      process.exit(1);
    }
    // The doctor is done when it prints, and its exit code says more.
    if (name !== 'doctor') process.exit(0);
  });
}

/** Runs `name` with its arguments. Resolves to the exit code. */
export async function main(name: string, args: string[], version: string): Promise<number> {
  if (!isCommand(name)) throw new TypeError(`no command ${name}`);
  onOutputError(name);
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  if (options.includes('--help') || options.includes('-h')) {
    process.stdout.write(`${helps[name]}\n`);
    return 0;
  }
  try {
    return await commands[name](args, version);
  } catch (error) {
    if (isUsage(error)) {
      process.stderr.write(`uvfiles ${name}: ${error.message}\nTry: npx uvfiles ${name} --help\n`);
      return 2;
    }
    process.stderr.write(`uvfiles ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
