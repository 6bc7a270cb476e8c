// mocha's spec reporter that also writes to the file named by UVFILES_TEST_COUNTS, so that .ci/run adds up numbers
// instead of parsing text: "passed failed skipped", then a line for each test that passed at its second try only.
import { writeFileSync } from 'node:fs';
import { type MochaOptions, reporters, Runner, type Test } from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_PASS, EVENT_TEST_RETRY } = Runner.constants;

/** Milliseconds for which the process may continue when all tests are done. */
const MOST_AFTER_THE_LAST_TEST = 60_000;

class CountingReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const errors = new Map<string, string>();
    const unsteady: string[] = [];
    runner.on(EVENT_TEST_RETRY, (test: Test, error: unknown) =>
      errors.set(test.fullTitle(), error instanceof Error ? error.message : String(error)),
    );
    runner.on(EVENT_TEST_PASS, (test: Test) => {
      const error = errors.get(test.fullTitle());
      if (error !== undefined)
        unsteady.push(`${test.fullTitle()}: ${error.replace(/\s+/g, ' ').slice(0, 300)}`);
    });
    runner.once(EVENT_RUN_END, () => {
      for (const each of unsteady) console.log(`  passed at the second try: ${each}`);
      const file = process.env.UVFILES_TEST_COUNTS;
      const { passes, failures, pending } = this.stats;
      // Fires only if something that a test has left open keeps the process alive.
      setTimeout(() => {
        console.error(`Left open by a test: ${process.getActiveResourcesInfo().join(', ')}`);
        // After mocha's own listener, which sets the code by the failures.
        process.once('exit', () => (process.exitCode = 1));
        process.exit();
      }, MOST_AFTER_THE_LAST_TEST).unref();
      if (file) writeFileSync(file, [`${passes} ${failures} ${pending}`, ...unsteady, ''].join('\n'));
    });
  }
}

module.exports = CountingReporter;
