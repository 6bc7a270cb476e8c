// The guides as a newcomer follows them: an empty directory, the packed package installed in it, and each program of a page run
// there. docs.test.ts runs the same programs on this checkout.
import { expect } from 'chai';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { pages, programsOf, read } from './support/markdown.js';
import { needsNpm, pack, project, root, runNode, scratch } from './support/package.js';

const require = createRequire(import.meta.url);
const tsx = pathToFileURL(require.resolve('tsx')).href;

/** As docs/getting-started.md says. */
const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  },
};

describe('the guides, from an empty directory', function () {
  this.timeout(280_000);
  let where = '';

  const folderOf = (page: string): string => path.join(where, page.replaceAll(/[/.]/g, '-'));
  const guides = pages()
    .map((page) => ({ page, programs: programsOf(read(page)) }))
    .filter(({ programs }) => programs.length > 0);

  before(function () {
    const npm = needsNpm(this);
    mkdirSync(scratch, { recursive: true });
    where = project('newcomer', { 'tsconfig.json': JSON.stringify(TSCONFIG) });
    const { status, output } = runNode(npm, ['install', '--prefer-offline', pack(npm)], where);
    expect(status, output).to.equal(0);
    writeFileSync(path.join(where, 'package.json'), '{ "private": true, "type": "module" }\n');
    for (const name of ['@types/node', 'undici-types'])
      cpSync(path.join(root, 'node_modules', name), path.join(where, 'node_modules', name), {
        recursive: true,
      });
    for (const { page, programs } of guides) {
      mkdirSync(folderOf(page));
      programs.forEach(({ code }, i) => {
        const name = /^\/\/ file: (\S+)/.exec(code)?.[1] ?? `program-${i}.ts`;
        writeFileSync(path.join(folderOf(page), name), code);
      });
      const names = programs.map(({ code }, i) => /^\/\/ file: (\S+)/.exec(code)?.[1] ?? `program-${i}.ts`);
      const imports = names.map((name) => `await import('./${name}');\nconsole.log('--- done');\n`);
      writeFileSync(path.join(folderOf(page), 'main.mjs'), imports.join(''));
    }
  });

  after(() => rmSync(scratch, { recursive: true, force: true }));

  for (const { page, programs } of guides) {
    it(`${page}: ${programs.length} programs run, and print what the page shows`, () => {
      const { status, output } = runNode('main.mjs', [], folderOf(page), { NODE_OPTIONS: `--import ${tsx}` });
      expect(status, output).to.equal(0);
      const printed = output.split('--- done\n');
      programs.forEach(({ output: shown, line }, i) => {
        if (shown !== undefined) expect(printed[i], `the program at line ${line}`).to.equal(shown);
      });
    });
  }

  it('compile with the TypeScript settings of getting-started', () => {
    const tsc = require.resolve('typescript/bin/tsc');
    const { output } = runNode(tsc, ['-p', 'tsconfig.json'], where);
    expect(output).to.equal('');
  });

  it('run the examples that come with the package', () => {
    const example = 'node_modules/uvfiles/examples/count-lines.ts';
    expect(existsSync(path.join(where, example))).to.equal(true);
    writeFileSync(path.join(where, 'three.txt'), 'one\ntwo\nthree\n');
    const { status, output } = runNode(example, ['three.txt'], where, { NODE_OPTIONS: `--import ${tsx}` });
    expect(status, output).to.equal(0);
    expect(output).to.match(/\b3\b/);
  });

  it('find the command line', () => {
    const program = path.join(where, 'node_modules/.bin/uvfiles');
    const { status, output } = runNode(program, ['doctor', '--json'], where);
    expect(status, output).to.equal(0);
    expect(JSON.parse(output)).to.include({ works: true });
  });
});
