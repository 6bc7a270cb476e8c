// The recipes of docs/testing.md with runners that npm installs for the test.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { RecipeProject } from './support/recipes.js';
import { skip } from '../support/skip.js';

const INSTALL_MS = 180_000;

describe('the recipes of docs/testing.md', function () {
  this.timeout(2 * INSTALL_MS);
  const project = new RecipeProject();

  for (const [runner, recipe, ...args] of [
    ['vitest', 'vitest.test.mjs', 'run'],
    ['jest', 'jest.test.js', '--ci', '--cacheDirectory=.cache'],
  ] as const) {
    it(`work with ${runner}`, function () {
      const npm = ['install', '--no-audit', '--no-fund', '--no-save', runner];
      const { status, stderr } = spawnSync('npm', npm, {
        cwd: project.path,
        encoding: 'utf8',
        timeout: INSTALL_MS,
      });
      if (status !== 0) skip(this, `npm cannot install ${runner}: ${stderr.trim().split('\n')[0]}`);
      project.write(recipe);
      const said = project.run(path.join(project.path, 'node_modules/.bin', runner), ...args);
      expect(said).to.match(/2 passed/);
    });
  }
});
