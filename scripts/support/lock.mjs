// @ts-check (plain JavaScript, because it runs before the packages are installed)
// One setup at a time in one tree: two `npm test` started together must not run make in the same folder.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoot, root } from './root.mjs';
import { SetupError } from './run.mjs';

const FOLDER = inRoot('.cache/setup.lock');
const OWNER = inRoot('.cache/setup.lock/pid');

/** @param {unknown} error */
const codeOf = (error) => /** @type {NodeJS.ErrnoException} */ (error).code ?? '';

function ownerIsGone() {
  let pid;
  try {
    pid = Number(readFileSync(OWNER, 'utf8'));
  } catch {
    return false; // between mkdir and the write of the pid: too new to judge
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** @param {unknown} error */
function notWritable(error) {
  const code = codeOf(error);
  if (!['EACCES', 'EPERM', 'EROFS'].includes(code)) return error;
  return new SetupError(
    `uvfiles cannot be set up in ${root}, because the directory cannot be written to (${code}): copy it to one that can.`,
  );
}

/**
 * Runs `work` while no other process of this tree is in here. A lock whose process has died is taken over.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withSetupLock(work) {
  try {
    mkdirSync(inRoot('.cache'), { recursive: true });
  } catch (error) {
    throw notWritable(error);
  }
  for (let waited = 0; ; waited++) {
    try {
      mkdirSync(FOLDER);
      break;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw notWritable(error);
    }
    if (ownerIsGone()) rmSync(FOLDER, { recursive: true, force: true });
    else if (waited === 10)
      console.log('  waiting for another setup in this tree (.cache/setup.lock) to end');
    await sleep(100);
  }
  try {
    writeFileSync(OWNER, String(process.pid));
    return await work();
  } finally {
    rmSync(FOLDER, { recursive: true, force: true });
  }
}
