// A directory that is the working directory of a call, and what a call must not change.
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const CONTENT = 'first line\nsecond line\n';

/** The working directory of a suite: a file `f`, a link to it, a directory `d` with a file, directories `e/e`. */
export class Sandbox {
  #above = '';
  #before = '';

  enter(): void {
    this.#before = process.cwd();
    this.#above = mkdtempSync(path.join(realpathSync(tmpdir()), 'uvfiles-arguments-'));
    this.renew();
  }

  /** Creates all of it again. */
  renew(): void {
    process.chdir(this.#above);
    rmSync('work', { recursive: true, force: true });
    mkdirSync('work');
    process.chdir('work');
    writeFileSync('f', CONTENT);
    symlinkSync('f', 'link');
    mkdirSync('d');
    writeFileSync('d/x', CONTENT);
    mkdirSync('e');
    mkdirSync('e/e');
  }

  leave(): void {
    process.chdir(this.#before);
    rmSync(this.#above, { recursive: true, force: true });
  }

  /** All files, with sizes, modes, times and contents. */
  state(): string[] {
    return statesBelow(Buffer.from(this.#above));
  }
}

function statesBelow(directory: Buffer): string[] {
  const states: string[] = [];
  for (const name of readdirSync(directory, { encoding: 'buffer' })) {
    const at = Buffer.concat([directory, Buffer.from('/'), name]);
    const stats = lstatSync(at);
    const { mode, size, mtimeMs, ctimeMs, ino } = stats;
    const content = stats.isFile() ? readFileSync(at, 'latin1') : '';
    states.push([at.toString('latin1'), mode, size, mtimeMs, ctimeMs, ino, content].join(' '));
    if (stats.isDirectory()) states.push(...statesBelow(at));
  }
  return states.sort();
}
