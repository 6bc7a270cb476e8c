// Names that Windows has, but cannot have in an ordinary path: there, dots and spaces at the end of a name are dropped, and some
// names are devices.
import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { os } from 'uvfiles';

import { skip } from '../support/skip.js';
import { scratchDirectory } from '../support/temp.js';

const NAMES = ['nul', 'con', 'dot', 'dot.', 'space ', '... ', '... .'];

describe('names that an ordinary path of Windows cannot have', () => {
  const scratch = scratchDirectory();
  const at = (...names: string[]): string => path.join(scratch.path, ...names);
  /** As a path in which all names are taken literally. */
  const literally = (...names: string[]): string => `\\\\?\\${[scratch.path, ...names].join('\\')}`;

  beforeEach(function () {
    if (process.platform !== 'win32') skip(this, 'such names are ordinary ones on other systems');
    mkdirSync(at('tree'));
    for (const name of NAMES) {
      mkdirSync(literally('tree', name));
      writeFileSync(literally('tree', name, name), name);
    }
  });

  it('are removed with their tree', async () => {
    await os.rmtree(at('tree'));
    expect(existsSync(at('tree'))).to.equal(false);
    expect(existsSync(scratch.path)).to.equal(true);
  });

  it('are copied with their tree, each with its own content', async () => {
    await os.copytree(at('tree'), at('copy'));
    expect(readdirSync(at('copy')).sort()).to.deep.equal([...NAMES].sort());
    for (const name of NAMES) expect(readFileSync(literally('copy', name, name), 'utf8')).to.equal(name);
    await os.rmtree(at('copy'));
  });

  it('are found by walk', async () => {
    const found: string[] = [];
    for await (const [, , files] of os.walk(at('tree'))) found.push(...files);
    expect(found.sort()).to.deep.equal([...NAMES].sort());
  });

  afterEach(() => os.rmtree(at('tree'), { ignoreErrors: true }));
});
