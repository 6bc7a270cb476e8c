// Handles that nobody closes, 10,000 of them, with bytes that are not in the kernel yet.
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { runProgram, scratchDirectory } from '../support/temp.js';
import { figure } from './support/figures.js';
import { skip } from '../support/skip.js';

const HANDLES = Number(process.env.UVFILES_FORGOTTEN ?? 10_000);
const AT_ONCE = 500;
const LEFT_AT_EXIT = 500;

/** Opens handles of each kind, writes to them, and drops them. Returns the dropped handles, and what happened to their data. */
const PROGRAM = `
  import { readdirSync, readlinkSync } from 'node:fs';
  import { open } from 'uvfiles';
  const [top, handles, atOnce] = [process.argv[1], Number(process.argv[2]), Number(process.argv[3])];
  let warned = 0;
  const codes = new Set();
  process.removeAllListeners('warning');
  process.on('warning', (warning) => { warned++; codes.add(warning.code); });
  const openFiles = () => readdirSync('/proc/self/fd').filter((each) => {
    try { return readlinkSync('/proc/self/fd/' + each).startsWith(top); } catch { return false; }
  }).length;
  const kinds = [['wb', {}], ['w', {}], ['ab', { buffering: 100 }], ['a+', {}]];
  async function forget(number) {
    const [mode, options] = kinds[number % kinds.length];
    const f = await open(top + '/' + number, mode, options);
    const text = 'kept ' + number;
    await f.write(mode.includes('b') ? Buffer.from(text) : text);
  }
  for (let done = 0; done < handles; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, i) => forget(done + i)));
    // Until all are closed. If this does not happen, the test ends the program.
    while (warned < done + atOnce || openFiles() > 0) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  // Handles at the end of the program, which are not collected.
  globalThis.kept = [];
  for (let i = 0; i < ${LEFT_AT_EXIT}; i++) {
    const f = await open(top + '/exit-' + i, 'w');
    await f.write('kept ' + i);
    globalThis.kept.push(f);
  }
  console.log(JSON.stringify({ warned, codes: [...codes] }));
  process.exit(0);`;

describe('handles that are dropped without close', function () {
  this.timeout(1_200_000);
  const scratch = scratchDirectory();

  it('are flushed, closed and warned about, each of 10,000; and are flushed at the end of the process', async function () {
    if (process.platform !== 'linux') skip(this, 'descriptors are counted in /proc');
    const ending = await runProgram(PROGRAM, {
      args: ['--expose-gc'],
      argv: [scratch.path, String(HANDLES), String(AT_ONCE)],
      limits: '-n 900',
    });
    expect(ending.stderr).to.equal('');
    expect(ending.code).to.equal(0);
    expect(JSON.parse(ending.stdout)).to.deep.equal({ warned: HANDLES, codes: ['UVFILES_UNCLOSED'] });
    const contentOf = (name: string): string => readFileSync(path.join(scratch.path, name), 'utf8');
    const isWrong = (name: string, text: string): boolean => contentOf(name) !== text;
    const names = Array.from({ length: HANDLES }, (_, i) => String(i));
    expect(names.filter((name) => isWrong(name, `kept ${name}`))).to.deep.equal([]);
    const last = Array.from({ length: LEFT_AT_EXIT }, (_, i) => String(i));
    expect(last.filter((name) => isWrong(`exit-${name}`, `kept ${name}`))).to.deep.equal([]);
    figure('handles that were forgotten', HANDLES + LEFT_AT_EXIT);
  });
});
