// README and docs/: the programs in them run and print what the page says, and every link leads somewhere.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import ts from 'typescript';

import { pictures } from '../scripts/pictures.js';
import { anchorsOf, linksOf, pages, type Program, programsOf, read } from './support/markdown.js';
import { root } from './support/temp.js';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const SEPARATOR = '--- the next program ---';

interface Page {
  readonly name: string;
  readonly programs: readonly Program[];
}

const runnable: Page[] = pages()
  .map((name) => ({ name, programs: programsOf(read(name)) }))
  .filter(({ programs }) => programs.length > 0);

describe('the programs in README and docs', () => {
  let project = '';

  before(() => {
    project = realpathSync(mkdtempSync(path.join(tmpdir(), 'uvfiles-docs-')));
    mkdirSync(path.join(project, 'node_modules'));
    symlinkSync(root, path.join(project, 'node_modules', 'uvfiles'));
    writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }');
    for (const { name, programs } of runnable) {
      mkdirSync(folderOf(name), { recursive: true });
      programs.forEach((program, i) => writeFileSync(fileOf(name, program, i), program.code));
    }
  });
  after(() => rmSync(project, { recursive: true, force: true }));

  const folderOf = (page: string): string => path.join(project, page.replaceAll(/[/.]/g, '-'));
  // A program may name its file, so that a later one can import it.
  const nameOf = ({ code }: Program, i: number): string =>
    /^\/\/ file: (\S+)/.exec(code)?.[1] ?? `program-${i}.ts`;
  const fileOf = (page: string, program: Program, i: number): string =>
    path.join(folderOf(page), nameOf(program, i));

  it('exist', () => {
    expect(runnable.map(({ name }) => name)).to.include.members(['README.md', 'docs/filesystems.md']);
  });

  for (const { name, programs } of runnable) {
    // One process for each page: its programs run one after another in one directory, as a reader would run them.
    it(`${name}: ${programs.length} run, and print what the page shows`, () => {
      const main = path.join(folderOf(name), 'main.mjs');
      const imports = programs.map(
        (program, i) => `await import('./${nameOf(program, i)}'); console.log('${SEPARATOR}');`,
      );
      writeFileSync(main, imports.join('\n'));
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', tsx, main], {
        cwd: folderOf(name),
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      const printed = stdout.split(`${SEPARATOR}\n`);
      const reached = programs[printed.length - 1];
      expect(status, `the program at line ${reached?.line}:\n${stderr}${printed.at(-1) ?? ''}`).to.equal(0);
      programs.forEach(({ output, line }, i) => {
        if (output !== undefined) expect(printed[i], `the program at line ${line}`).to.equal(output);
      });
    }).timeout(240_000);
  }

  it('have no type errors', () => {
    const files = runnable.flatMap(({ name, programs }) =>
      programs.map((program, i) => fileOf(name, program, i)),
    );
    const program = ts.createProgram(files, {
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      typeRoots: [path.join(root, 'node_modules/@types')],
      strict: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      noEmit: true,
    });
    const errors = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
      const where = file === undefined ? '' : path.relative(project, file.fileName);
      return `${where}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
    expect(errors).to.deep.equal([]);
  }).timeout(240_000);
});

describe('the links in README, docs and the other pages', () => {
  const shipped = (file: string): boolean => {
    const { files } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      files: string[];
    };
    const holds = (entry: string): boolean => file === entry || file.startsWith(`${entry}/`);
    if (['README.md', 'LICENSE', 'package.json'].includes(file)) return true;
    if (files.some((entry) => entry.startsWith('!') && holds(entry.slice(1)))) return false;
    return files.some(holds);
  };

  for (const page of pages()) {
    it(`${page}: every link leads to a file, and to a heading in it`, () => {
      const dead = linksOf(read(page)).filter(({ target, anchor }) => {
        const file = target === '' ? page : path.join(path.dirname(page), target);
        if (!existsSync(path.join(root, file))) return true;
        return anchor !== undefined && file.endsWith('.md') && !anchorsOf(read(file)).has(anchor);
      });
      expect(dead).to.deep.equal([]);
    });
  }

  for (const page of pages().filter(shipped)) {
    it(`${page}: every link leads to a file that is in the package, too`, () => {
      const outside = linksOf(read(page))
        .map(({ target }) => (target === '' ? page : path.join(path.dirname(page), target)))
        .filter((file) => !shipped(file.replace(/\/$/, '')));
      expect(outside).to.deep.equal([]);
    });
  }

  it('the pages of docs/ are all in its index', () => {
    const listed = linksOf(read('docs/index.md')).map(({ target }) => `docs/${target}`);
    const missing = pages().filter(
      (page) => page.startsWith('docs/') && page !== 'docs/index.md' && !listed.includes(page),
    );
    expect(missing).to.deep.equal([]);
  });
});

describe('the pictures in docs', () => {
  it('are those that scripts/pictures.ts draws', () => {
    for (const [name, text] of pictures()) expect(read(`docs/pictures/${name}`), name).to.equal(text);
  });
});

describe('what the pages say about the code', () => {
  const below = (folder: string, extension: string): string[] =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(extension))
      .map((name) => `${folder}/${name.replaceAll(path.sep, '/')}`);

  it('docs/errors.md has every code of the library', () => {
    const page = read('docs/errors.md');
    // uvfiles/promises has Node's own codes.
    const sources = below('lib', '.ts').filter((name) => !name.startsWith('lib/promises/'));
    const codes = new Set(
      sources.flatMap((name) =>
        [...read(name).matchAll(/'((?:ERR|UVFILES)_[A-Z_]+|ABORT_ERR)'/g)].map(([, code]) => code as string),
      ),
    );
    // Environment variables, and what Node reports when it loads an addon or reads a command line.
    const others = ['UVFILES_INLINE', 'UVFILES_INLINE_FAULT', 'ERR_DLOPEN_DISABLED', 'ERR_PARSE_ARGS_'];
    const missing = [...codes].filter((code) => !others.includes(code) && !page.includes(`\`${code}\``));
    expect(missing).to.deep.equal([]);
  });

  it('ARCHITECTURE and CONTRIBUTING have every folder of lib/, and ARCHITECTURE only files that exist', () => {
    const folders = readdirSync(path.join(root, 'lib'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${name}/`);
    for (const page of ['ARCHITECTURE.md', 'CONTRIBUTING.md'])
      expect(
        folders.filter((folder) => !read(page).includes(folder)),
        page,
      ).to.deep.equal([]);

    const named = [...read('ARCHITECTURE.md').matchAll(/`([\w./-]+\/[\w.-]+\.(?:ts|cc|h|js|mjs))`/g)];
    const missing = named
      .map(([, name]) => name as string)
      .filter((name) => !['', 'lib/', 'src-native/'].some((at) => existsSync(path.join(root, at + name))));
    expect(missing).to.deep.equal([]);
  });
});
