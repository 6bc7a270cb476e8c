'use strict';
// @ts-check (plain JavaScript: it runs where tsx does not)
// mocha's reporter for a run that may be ended from outside: each test's beginning and end at once, as a line of JSON in the
// file named by UVFILES_SUITE_LINES. What has begun and not ended is what hung.
const { appendFileSync } = require('node:fs');
const { Runner } = require('mocha');

module.exports = class LineReporter {
  /** @param {import('mocha').Runner} runner */
  constructor(runner) {
    const { EVENT_TEST_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } =
      Runner.constants;
    /** @type {(what: string, test?: import('mocha').Test, error?: Error) => void} */
    const write = (what, test, error) => {
      const title = test?.titlePath().join(' > ');
      // chai cuts long texts in its messages.
      const { actual } = /** @type {{ actual?: unknown }} */ (error ?? {});
      const text = typeof actual === 'string' ? `: ${actual}` : '';
      const said = error && `${error.message ?? error}${text}`.slice(0, 2000);
      appendFileSync(String(process.env.UVFILES_SUITE_LINES), `${JSON.stringify({ what, title, said })}\n`);
    };
    runner.on(EVENT_TEST_BEGIN, (test) => write('begin', test));
    runner.on(EVENT_TEST_PASS, (test) => write('pass', test));
    runner.on(EVENT_TEST_FAIL, (test, error) => write('fail', test, error));
    runner.on(EVENT_TEST_PENDING, (test) => write('skip', test));
    runner.once(EVENT_RUN_END, () => write('end'));
  }
};
