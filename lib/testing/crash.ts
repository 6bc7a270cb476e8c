// What a power cut can leave of files in memory: everything that was synced, and any possible part of the rest.
import { callback, optionReader } from '../arguments/options.js';
import { invalidArgType, outOfRange } from '../errors/index.js';
import { interpose } from '../filesystem/mounts.js';
import { MemoryFileSystem } from '../filesystem/memory/memory-file-system.js';
import { afterPowerCut, type Choose } from '../filesystem/memory/power-cut.js';
import { MemoryFiles } from './memory-files.js';
import { observe } from './observe.js';
import { type Between } from './operation.js';
import { snapshotOf } from './tree.js';
import { anySeed, checkSeed, randomFrom } from './random.js';

/** Options of `crash`. */
export interface CrashOptions {
  /** Chooses what is lost. The same seed loses the same data. Default: a different one each time. */
  readonly seed?: number | undefined;
}

/** Options of `crashes`. */
export interface CrashesOptions {
  /** A program: the power may fail before and after each of its operations. */
  readonly during?: (() => unknown) | undefined;
  /** The maximum number of states for each moment. Default: 1000. */
  readonly limit?: number | undefined;
}

const USUAL_LIMIT = 1000;

const readCrash = optionReader(
  {
    seed: (value, name) => {
      checkSeed(name, value);
      return value;
    },
  },
  false,
);
const readCrashes = optionReader(
  {
    during: callback<() => unknown>(),
    limit: (value = USUAL_LIMIT, name) => {
      if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
      if (!(value >= 1)) throw outOfRange(name, '>= 1', value);
      return value;
    },
  },
  false,
);

/**
 * Creates the files that a power failure at this moment can leave. Synced data stays: the content of files after their
 * `sync`, and the names in a directory after a sync of the directory (as by `writeAtomic`). All other changes of
 * content, sizes and names can be lost. Changes of one name are lost from the latest on, and a rename is lost
 * completely or not at all.
 * @param files the files, which do not change
 * @returns new files, mounted at the same place over the old ones
 * @throws TypeError and RangeError for bad arguments
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example using after = crash(files, { seed: 7 }); expect(await readText('/etc/app.json')).to.be.oneOf([before, now]);
 */
export function crash(files: MemoryFiles, o: CrashOptions = {}): MemoryFiles {
  checkFiles(files);
  const { seed = anySeed() } = readCrash(o);
  const random = randomFrom(seed);
  return new MemoryFiles(
    files.at,
    leftOf(files, (n) => Math.floor(random() * n)),
  );
}

/**
 * Iterates over all states that a power failure can leave, each of them once. This is for small programs. Without `during`,
 * the power fails at this moment. With `during`, it fails at any moment of that program, which is run once.
 * @returns an async iterator of mounted files
 * @throws what the program throws
 * @cancelling `break` and `return()` end it
 * @platforms the same on Linux, macOS and Windows
 * @example
 * for await (const after of crashes(files, { during: () => writeAtomic('/a', 'new') })) {
 *   expect(after.tree().a).to.be.oneOf(['old', 'new']);
 * }
 */
export async function* crashes(
  files: MemoryFiles,
  o: CrashesOptions = {},
): AsyncGenerator<MemoryFiles, void> {
  checkFiles(files);
  const { during, limit } = readCrashes(o);
  const states = new Map<string, MemoryFileSystem>();
  collect(files, limit, states);
  if (during !== undefined) {
    const between: Between = async (_operation, proceed) => {
      try {
        return await proceed();
      } finally {
        collect(files, limit, states);
      }
    };
    await interpose(
      (base, prefix) => observe(base, prefix, between),
      async () => during(),
    );
    collect(files, limit, states);
  }
  for (const state of states.values()) {
    const after = new MemoryFiles(files.at, state);
    try {
      yield after;
    } finally {
      after.unmount();
    }
  }
}

function checkFiles(files: unknown): void {
  if (!(files instanceof MemoryFiles)) throw invalidArgType('files', 'the result of memoryFiles()', files);
}

function leftOf(files: MemoryFiles, choose: Choose): MemoryFileSystem {
  return new MemoryFileSystem(afterPowerCut(files.state, choose));
}

// Iterates over all sequences of choices, like the digits of a number that counts up.
function collect(files: MemoryFiles, limit: number, states: Map<string, MemoryFileSystem>): void {
  const digits: { value: number; of: number }[] = [];
  for (let i = 0; i < limit; i++) {
    let at = 0;
    const left = leftOf(files, (of) => {
      const digit = (digits[at] ??= { value: 0, of });
      at++;
      return digit.value;
    });
    states.set(JSON.stringify(snapshotOf(left.state)), left);
    while (digits.length > 0 && digits.at(-1)!.value + 1 === digits.at(-1)!.of) digits.pop();
    if (digits.length === 0) return;
    digits.at(-1)!.value++;
  }
}
