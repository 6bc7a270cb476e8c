// Every public function and method with every wrong kind of argument: the call rejects (and never throws), the error names
// the argument, and the call does nothing, leaks nothing and affects no other call.
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type BinaryFile, open, os, readBytes, tempfile } from 'uvfiles';

import { hostileValues, oddSignals, throwingGetter, TrapError } from '../support/arguments/hostile-values.js';
import { isDescriptor, optionExceptions, optionKinds } from '../support/arguments/kinds.js';
import {
  expectRefused,
  expectTaken,
  type Outcome,
  outcomeOf,
  release,
} from '../support/arguments/outcome.js';
import { Sandbox } from '../support/arguments/sandbox.js';
import {
  exportedFunctions,
  methodsOfHandles,
  type Prepared,
  type Subject,
} from '../support/arguments/subjects.js';
import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { root } from '../support/temp.js';

const groups = [...exportedFunctions(), ...methodsOfHandles()];

const REFUSED_NAMES = ['unknownOption', 'constructor', 'toString', '__proto__', 'a b'];
const POLLUTION = [
  'signal',
  'lane',
  'timeout',
  'mode',
  'permissions',
  'encoding',
  'dir',
  'prefix',
  'bigint',
  'other',
];

/** Runs `work` while every object inherits options. */
async function polluted(work: () => Promise<void>): Promise<void> {
  for (const name of POLLUTION)
    Object.defineProperty(Object.prototype, name, {
      value: Symbol('polluted'),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  try {
    await work();
  } finally {
    for (const name of POLLUTION) Reflect.deleteProperty(Object.prototype, name);
  }
}

describe('every public function', () => {
  const sandbox = new Sandbox();
  const self = path.join(root, 'package.json');
  let descriptors: string[];
  let bystander: BinaryFile;

  before(async () => {
    sandbox.enter();
    bystander = await open(self, 'rb');
    await readBytes(self);
    // The first temporary file sets up the removal by signals, for the whole process.
    await (await tempfile.namedTemporaryFile({ dir: '.' })).close();
    descriptors = await openDescriptors();
  });
  after(async () => {
    sandbox.leave();
    await expectDescriptors(descriptors);
    await bystander.close();
  });

  /** Runs `batch` during other reads, which must not be affected. */
  async function besideOthers(batch: () => Promise<void>): Promise<void> {
    const others = [readBytes(self), bystander.pread(1 << 20, 0), os.stat(self)] as const;
    await batch();
    const whole = readFileSync(self);
    expect((await others[0]).equals(whole)).to.equal(true);
    expect((await others[1]).equals(whole)).to.equal(true);
    expect((await others[2]).size).to.equal(whole.length);
  }

  type Attempt = (args: unknown[], what: string, judge: (outcome: Outcome) => void) => Promise<void>;

  /** Runs `work`, whose calls use one handle if they need one, and must change nothing on the disk. */
  async function changingNothing(subject: Subject, work: (attempt: Attempt) => Promise<void>): Promise<void> {
    await besideOthers(async () => {
      const prepared = await subject.prepare();
      const before = sandbox.state();
      try {
        await work((...attempt) => attemptWith(prepared, subject, ...attempt));
        expect(sandbox.state()).to.deep.equal(before);
      } finally {
        await prepared.release();
      }
    });
  }

  /** Makes one call, on a separate handle. */
  async function attemptAlone(subject: Subject, ...attempt: Parameters<Attempt>): Promise<void> {
    const prepared = await subject.prepare();
    try {
      await attemptWith(prepared, subject, ...attempt);
    } finally {
      await prepared.release();
    }
  }

  async function attemptWith(
    { call }: Prepared,
    { signature }: Subject,
    ...[args, what, judge]: Parameters<Attempt>
  ): Promise<void> {
    try {
      const outcome = await outcomeOf(call, args, signature);
      try {
        judge(outcome);
      } finally {
        await release(outcome);
      }
    } catch (error) {
      (error as Error).message = `${what}: ${(error as Error).message}`;
      throw error;
    }
  }

  function judgeArguments(subject: Subject): void {
    const { args, shorthand } = subject.signature;
    for (const [i, { name, kind }] of args.entries()) {
      const withValue = (value: unknown): unknown[] =>
        args.map(({ sample }, at) => (at === i ? value : sample()));
      const takes = (value: unknown): boolean =>
        kind(value) || (name === 'options' && shorthand?.(value) === true);

      it(`rejects values that are not valid for ${name}`, () =>
        changingNothing(subject, async (attempt) => {
          for (const [what, make] of Object.entries(hostileValues)) {
            const value = make();
            if (takes(value)) continue;
            await attempt(withValue(value), what, (outcome) => expectRefused(outcome, name, value));
          }
        }));

      // Descriptors that may be open are not tried, because they belong to other files.
      if (kind === isDescriptor) continue;
      it(`settles for every valid value of ${name}`, () =>
        besideOthers(async () => {
          for (const [what, make] of Object.entries(hostileValues)) {
            const value = make();
            if (takes(value) && !isDescriptor(value))
              await attemptAlone(subject, withValue(value), what, () => undefined);
          }
        }));
    }
  }

  function judgeOptions(subject: Subject): void {
    const { args, how } = subject.signature;
    const withOptions = (o: unknown): unknown[] =>
      args.map(({ name, sample }) => (name === 'options' ? o : sample()));
    const given = args.find(({ name }) => name === 'options')!.sample() as object;

    it('rejects unknown options, and lists the known ones', () =>
      changingNothing(subject, async (attempt) => {
        for (const unknown of REFUSED_NAMES) {
          const o = JSON.parse(`{ ${JSON.stringify(unknown)}: 1 }`) as object;
          await attempt(withOptions(o), unknown, (outcome) => {
            expectRefused(outcome, `options.${unknown}`, o);
            expect((outcome as { error: Error }).error.message)
              .to.match(/is not an option\. The options are \w/)
              .and.not.match(/did you mean/);
          });
        }
      }));

    it('suggests a replacement for options of node:fs', () =>
      changingNothing(subject, async (attempt) => {
        for (const foreign of ['flag', 'withFileTypes'])
          await attempt(withOptions({ [foreign]: true }), foreign, (outcome) =>
            expect(outcome)
              .to.have.property('error')
              .with.property('message')
              .that.matches(/; did you mean \S/),
          );
      }));

    /** The names of the options, as the error for an unknown option lists them. */
    async function optionNames(attempt: Attempt): Promise<string[]> {
      let names: string[] = [];
      await attempt(withOptions({ unknownOption: 1 }), 'an unknown option', (outcome) => {
        const { message } = (outcome as { error: Error }).error;
        names = /The options are ([\w, ]+)\./.exec(message)?.[1]?.split(', ') ?? [];
      });
      expect(names).to.not.be.empty;
      return names;
    }

    it('rejects invalid values of its options, and names the option', () =>
      changingNothing(subject, async (attempt) => {
        for (const option of await optionNames(attempt)) {
          const kind = optionExceptions[`${subject.title}.${option}`] ?? optionKinds[option];
          if (kind === undefined) throw new Error(`test/support/arguments/kinds.ts has no option ${option}`);
          for (const [what, make] of Object.entries(hostileValues)) {
            const value = make();
            if (value === undefined || kind(value)) continue;
            await attempt(withOptions({ ...given, [option]: value }), `${option}: ${what}`, (outcome) =>
              expectRefused(outcome, `options.${option}`, value),
            );
          }
          await attempt(withOptions(throwingGetter(option)), `${option}: a getter that throws`, (outcome) =>
            expect(outcome).to.have.property('error').that.is.instanceOf(TrapError),
          );
        }
      }));

    it('reads each of its options once', async () => {
      const reads: PropertyKey[] = [];
      const o = new Proxy(given, {
        get(target, key): unknown {
          reads.push(key);
          return Reflect.get(target, key);
        },
      });
      await attemptAlone(subject, withOptions(o), 'a proxy', expectTaken);
      expect(reads).to.not.be.empty;
      expect(reads).to.have.lengthOf(new Set(reads).size);
    });

    it('ignores options on a polluted Object.prototype', () =>
      polluted(() => attemptAlone(subject, withOptions(given), 'polluted', expectTaken)));

    it('settles with unusual signals', () =>
      besideOthers(async () => {
        for (const [what, { make, refused }] of Object.entries(oddSignals)) {
          sandbox.renew();
          const before = sandbox.state();
          await attemptAlone(subject, withOptions({ ...given, signal: make() }), what, (outcome) => {
            if (!refused || how === 'throws') return;
            expect(outcome).to.have.property('error');
            expect(sandbox.state()).to.deep.equal(before);
          });
        }
      }));
  }

  for (const { title: group, subjects, unlisted } of groups) {
    describe(group, () => {
      beforeEach(() => sandbox.renew());

      it('exports nothing that test/support/arguments/every-function.ts does not list', () => {
        expect(unlisted).to.deep.equal([]);
      });

      for (const subject of subjects) {
        const { args, how } = subject.signature;
        if (how === 'nothing') continue;
        describe(subject.title, () => {
          judgeArguments(subject);
          if (args.some(({ name }) => name === 'options')) judgeOptions(subject);
        });
      }
    });
  }
});
