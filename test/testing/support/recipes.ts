// The recipes of docs/testing.md in projects of their own, as they stand there.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { root } from '../../support/temp.js';

const recipes = new Map(
  [
    ...readFileSync(path.join(root, 'docs/testing.md'), 'utf8').matchAll(
      /```js\n\/\/ file: (\S+)\n([^]*?)```/g,
    ),
  ].map(([, name, code]) => [name!, code!]),
);

/** A project for each test. */
export class RecipeProject {
  path = '';

  /** Makes the project before each test and removes it after. */
  constructor() {
    beforeEach(() => {
      this.path = mkdtempSync(path.join(tmpdir(), 'uvfiles-recipes-'));
      writeFileSync(path.join(this.path, 'package.json'), '{ "private": true }');
    });
    afterEach(() => rmSync(this.path, { recursive: true, force: true }));
  }

  /** Writes a recipe, after what npm installs, which would take links away. */
  write(recipe: string): void {
    // A copy of what is installed: runners treat a linked package as a part of the project.
    const installed = path.join(this.path, 'node_modules', 'uvfiles');
    mkdirSync(installed, { recursive: true });
    for (const name of ['package.json', 'dist'])
      cpSync(path.join(root, name), path.join(installed, name), { recursive: true });
    for (const name of ['build', 'node_modules'])
      symlinkSync(path.join(root, name), path.join(installed, name));
    for (const name of ['app.js', recipe]) writeFileSync(path.join(this.path, name), recipes.get(name)!);
  }

  /** Runs a command that has to succeed, and returns what it prints. */
  run(command: string, ...args: string[]): string {
    const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined };
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: this.path, encoding: 'utf8', env });
    expect(status, stdout + stderr).to.equal(0);
    return stdout + stderr;
  }
}
