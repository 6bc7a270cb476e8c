// The recipes of docs/testing.md that need no more than what is installed here.
import { expect } from 'chai';
import path from 'node:path';

import { root } from '../support/temp.js';
import { RecipeProject } from './support/recipes.js';

describe('the recipes of docs/testing.md', function () {
  this.timeout(240_000);
  const project = new RecipeProject();
  const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js');

  for (const options of [[], ['--parallel', '--jobs', '2']]) {
    it(`work with mocha ${options.join(' ')}`, () => {
      project.write('mocha.spec.js');
      const said = project.run(process.execPath, mocha, '--no-config', ...options, 'mocha.spec.js');
      expect(said).to.match(/3 passing/);
    });
  }

  it('work with node:test', () => {
    project.write('node.test.js');
    expect(project.run(process.execPath, '--test', 'node.test.js')).to.match(/pass 3/);
  });
});
