// The recipes of docs/testing.md, run as they stand there.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { root } from '../support/temp.js';

const INSTALL_MS = 180_000;
const recipes = new Map(
  [
    ...readFileSync(path.join(root, 'docs/testing.md'), 'utf8').matchAll(
      /```js\n\/\/ file: (\S+)\n([^]*?)```/g,
    ),
  ].map(([, name, code]) => [name!, code!]),
);

describe('the recipes of docs/testing.md', function () {
  this.timeout(INSTALL_MS + 60_000);
  let project = '';

  beforeEach(() => {
    project = mkdtempSync(path.join(tmpdir(), 'uvfiles-recipes-'));
    writeFileSync(path.join(project, 'package.json'), '{ "private": true }');
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  // After what npm installs, which would take the link away.
  const write = (recipe: string): void => {
    // A copy of what is installed: runners treat a linked package as a part of the project.
    const installed = path.join(project, 'node_modules', 'uvfiles');
    mkdirSync(installed, { recursive: true });
    for (const name of ['package.json', 'dist'])
      cpSync(path.join(root, name), path.join(installed, name), { recursive: true });
    for (const name of ['build', 'node_modules'])
      symlinkSync(path.join(root, name), path.join(installed, name));
    for (const name of ['app.js', recipe]) writeFileSync(path.join(project, name), recipes.get(name)!);
  };
  const run = (command: string, ...args: string[]): string => {
    const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined };
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: project, encoding: 'utf8', env });
    expect(status, stdout + stderr).to.equal(0);
    return stdout + stderr;
  };
  const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js');

  for (const options of [[], ['--parallel', '--jobs', '2']]) {
    it(`work with mocha ${options.join(' ')}`, () => {
      write('mocha.spec.js');
      expect(run(process.execPath, mocha, '--no-config', ...options, 'mocha.spec.js')).to.match(/3 passing/);
    });
  }

  it('work with node:test', () => {
    write('node.test.js');
    expect(run(process.execPath, '--test', 'node.test.js')).to.match(/pass 3/);
  });

  for (const [runner, recipe, ...args] of [
    ['vitest', 'vitest.test.mjs', 'run'],
    ['jest', 'jest.test.js', '--ci'],
  ] as const) {
    it(`work with ${runner}`, function () {
      if (process.env.UVFILES_TEST_RUNNERS === undefined) {
        console.log(`      skipped: installs ${runner}; set UVFILES_TEST_RUNNERS=1 for that`);
        this.skip();
      }
      const npm = ['install', '--no-audit', '--no-fund', '--no-save', runner];
      const installed = spawnSync('npm', npm, { cwd: project, encoding: 'utf8', timeout: INSTALL_MS });
      if (installed.status !== 0) {
        console.log(`      skipped: npm cannot install ${runner}`);
        this.skip();
      }
      write(recipe);
      expect(run(path.join(project, 'node_modules/.bin', runner), ...args)).to.match(/2 passed/);
    });
  }
});
