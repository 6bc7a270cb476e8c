// The mixed server for two minutes, or for UVFILES_SOAK_SECONDS: what the process holds does not grow. `npm run soak` takes an hour.
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { endOf, root } from '../support/temp.js';
import { figure } from './support/figures.js';
import { skip } from '../support/skip.js';

const SECONDS = Number(process.env.UVFILES_SOAK_SECONDS ?? 120);
const PROGRAM = fileURLToPath(new URL('./support/soak.ts', import.meta.url));

describe('a server that reads, writes, appends, locks, replaces, streams and aborts', function () {
  this.timeout((SECONDS * 2 + 600) * 1000);

  it('holds no more descriptors, threads, handles and memory after a while than at the start', async function () {
    if (process.platform !== 'linux') skip(this, 'descriptors and threads are counted in /proc');
    const args = ['--expose-gc', '--import', 'tsx', PROGRAM, '--seconds', String(SECONDS)];
    const ending = await endOf(
      spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    console.log(`${ending.stdout}${ending.stderr}`.trimEnd().replaceAll(/^/gm, '      '));
    expect(ending).to.include({ code: 0, stderr: '' });
    const { actions, forgotten } = JSON.parse(ending.stdout.trimEnd().split('\n').at(-1)!) as {
      actions: number;
      forgotten: number;
    };
    figure('seconds of the mixed server', SECONDS);
    figure('actions of clients', actions);
    figure('handles that clients forgot', forgotten);
  });
});
