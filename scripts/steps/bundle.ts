// Writes dist/lib: the library as three files, and a stub for each subpath of package.json that asks them for its module.
//
// - `uvfiles.js` has what most programs use. It is made of lib/ as one scope, because Node parses each nested function twice.
// - `later.js` has what LATER names, loaded when one of its functions is first used. - `more.js` has the subpaths of MORE.
//
// The last two are made of dist/cjs, and evaluate a module when it is first required. All subpaths share one instance.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type BuildResult, type Plugin } from 'esbuild';
import ts from 'typescript';
import { inRoot } from '../support/root.mjs';

/** Subpaths that most programs do not use. */
const MORE = new Set(['promises/index', 's3/index', 'testing/index', 'cli/index']);
/** Modules that the command line loads, and that no subpath names. */
const COMMANDS = 'cli/index';
/** Modules that the command line uses before it loads the library, which fails if no binary fits. These modules have no state. */
const COPIED = new Set(['libc']);
/** Subpaths with a default export, which TypeScript and bundlers search for in the text. */
const WITH_DEFAULT = new Set(['promises/index']);
/** Loaded apart, at first use: a table of all names of Unicode. */
const APART = 'text/names-data';
/**
 * Modules of the main subpaths that `import 'uvfiles'` does not load: modules, or all of a folder (`/` at the end). The
 * others may use their functions and classes, but not while they are evaluated themselves: no class of theirs extends one.
 */
const LATER = Object.entries({
  file: 'lock-order lock-retry lock-table locks source-file stream-lifetime streams',
  filesystem:
    'beneath generic/ memory/ mounted-calls mounted-files mounted-store permitted positioned publishing real-file-system stats wrapper',
  http: 'serve-file',
  native:
    'beneath extended-attributes remove-tree temporary store/beneath-files store/copies store/listing store/many store/parallel-walk store/replace store/send-file store/stat-vfs store/temporary-files store/tree-walk',
  os: 'copies empty-dir glob glob/ scandir statvfs walk xattr',
  runtime: 'plain-text',
  schedule: 'histogram',
  tempfile: 'gettempdir mkstemp options spool-file spooled-temporary-file temporary-directory temporary-file',
  text: 'byte-order decode-errors encode-errors iso-2022-jp legacy-tables multibyte names single-byte utf16',
  'whole-file': 'file-changes follow-lines last-lines',
}).flatMap(([folder, names]) => names.split(' ').map((name) => `${folder}/${name}`));

const library = inRoot('lib');
const modules = inRoot('dist/cjs');
/** The name of a module of lib/ or dist/cjs, such as `os/index`. Undefined for other files. */
function nameOf(file: string): string | undefined {
  const name = path.relative(file.endsWith('.ts') ? library : modules, file).replaceAll('\\', '/');
  return name.startsWith('..') ? undefined : name.replace(/\.[jt]s$/, '');
}

const isLater = (name: string) =>
  LATER.some((each) => (each.endsWith('/') ? name.startsWith(each) : name === each));

// Written so that Node's lexer of CommonJS does not take it for a re-export of the whole bundle, which it would read.
function stub(from: string, name: string, hasDefault: boolean): string {
  const open = `const modules = require('${from}');\n`;
  if (!hasDefault) return `${open}module.exports = modules['${name}']();\n`;
  // The module itself is its default export. Checkers of types would misread a plain assignment.
  return `${open}exports.default = modules['${name}']();
Object.assign(module, { exports: exports.default });
`;
}

/**
 * Modules of Node come from `process.getBuiltinModule` where it exists (Node 20.16 and newer): in ES modules that users'
 * bundlers make of the library, there is no `require`. Both names have seven letters, so that the source map stays right.
 */
function askProcess(code: string): string {
  const names = new Set<string>();
  const text = code.replaceAll(
    /\brequire\("(node:[\w/]+)"\)/g,
    (_, name: string) => `builtin("${names.add(name) && name}")`,
  );
  const cases = [...names].map((name) => `case"${name}":return require("${name}");`);
  const builtin = `function builtin(name){const found=process.getBuiltinModule?.(name);if(found)return found;switch(name){
${cases.join('\n')}\n}}\n`;
  return text.replace(/(?=\/\/# sourceMappingURL=|$)/, builtin);
}

/**
 * Moves each line end out of the string that esbuild's `lineLimit` has put it in, to behind the string: Rollup indents lines,
 * also within strings. All else keeps its line and column, so that the source map stays right.
 */
function wholeStrings(code: string): string {
  const parts: string[] = [];
  let done = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && code.slice(node.getStart(), node.end).includes('\\\n')) {
      const lines = code.slice(node.getStart(), node.end).split('\\\n');
      const ends = '\n'.repeat(lines.length - 1) + ' '.repeat(lines.at(-1)!.length);
      parts.push(code.slice(done, node.getStart()), lines.join(''), ends);
      done = node.end;
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('bundle.js', code, ts.ScriptTarget.ES2022, true));
  return parts.join('') + code.slice(done);
}

/** esbuild's helper lists what `Object.prototype` has as well, and fails if that is not a function. */
const ownNamesOnly = (code: string): string =>
  code.replace(/for\(var (\w+) in all\)(?=__defProp)/, 'for(let $1 of Object.keys(all))');

type Built = BuildResult<{ metafile: true; write: false }>;

async function run(contents: string, resolveDir: string, outfile: string, plugins: Plugin[]): Promise<Built> {
  const result = await build({
    stdin: { contents, resolveDir, sourcefile: 'modules.js' },
    // As deep as dist/cjs/native, from where the binaries are found.
    outfile: inRoot('dist/lib/shared', outfile),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 120, // Node prints the line that an uncaught error comes from
    sourcemap: 'linked',
    packages: 'external',
    external: ['*.node', './names-data.js', './uvfiles.js', './later.js'],
    metafile: true,
    logLevel: 'warning',
    write: false,
    plugins,
  });
  for (const { path: file, text } of result.outputFiles) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, file.endsWith('.js') ? ownNamesOnly(askProcess(wholeStrings(text))) : text);
  }
  return result;
}

const modulesIn = ({ metafile }: Built) =>
  Object.keys(metafile.inputs)
    .map((file) => nameOf(path.resolve(file)))
    .filter((name) => name !== undefined);

/** The exports of each of these modules. */
async function exportsOf(names: string[]): Promise<Map<string | undefined, string[]>> {
  const { metafile } = await build({
    entryPoints: names.map((name) => path.join(library, `${name}.ts`)),
    outdir: inRoot('dist/lib'),
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  return new Map(
    Object.values(metafile.outputs).map((each) => [nameOf(path.resolve(each.entryPoint!)), each.exports]),
  );
}

/** A module of LATER as uvfiles.js sees it: each export is requested from later.js when it is used. */
const asksLater = (exported: ReadonlyMap<string | undefined, string[]>): Plugin => ({
  name: 'asks-later',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      const name = nameOf(file);
      if (name === undefined || !isLater(name)) return undefined;
      const list = JSON.stringify(exported.get(name) ?? []);
      return {
        contents: `require('./later.ts').exportLater(exports, ${JSON.stringify(name)}, ${list});`,
        loader: 'js',
        resolveDir: inRoot('scripts/steps'),
      };
    });
  },
});

/** Modules that are in another file are taken from there. `places` has the file of each. */
const fromOthers = (places: ReadonlyMap<string, string>, asked: Set<string>): Plugin => ({
  name: 'from-others',
  setup(build) {
    build.onLoad({ filter: /\.js$/ }, ({ path: file }) => {
      const name = nameOf(file);
      if (name === undefined || !places.has(name)) return undefined;
      const place = places.get(name);
      if (place === 'uvfiles.js') asked.add(name);
      return { contents: `module.exports = require('./${place}')[${JSON.stringify(name)}]();` };
    });
  },
});

/** One scope for all modules. Each is there by its name, for the stubs and the other files. */
function scope(names: string[]): string {
  const lines = names.map(
    (name, index) => `import * as m${index} from './${name}.js';
const e${index} = () => Object.defineProperty(m${index}, '__esModule', { value: true });
export { e${index} as '${name}' };`,
  );
  return lines.join('\n');
}

/** Modules that are evaluated on first use. */
function evaluatedLate(names: string[]): string {
  const lines = names.map((name) => `  ${JSON.stringify(name)}: () => require('./${name}.js'),`);
  return `module.exports = {\n${lines.join('\n')}\n};\n`;
}

/** `named` are the modules that package.json names, such as `os/index`. */
export async function writeBundle(named: string[]): Promise<void> {
  const subpaths = [...named, COMMANDS];
  rmSync(inRoot('dist/lib'), { recursive: true, force: true });
  const inMain = subpaths.filter((name) => !MORE.has(name));
  const inMore = subpaths.filter((name) => MORE.has(name));

  const all = await run(evaluatedLate(inMain), modules, 'uvfiles.js', []);
  const late = modulesIn(all).filter(isLater);
  const main = [asksLater(await exportsOf(late))];
  const first = await run(scope(inMain), library, 'uvfiles.js', main);
  const places = new Map(
    modulesIn(first)
      .filter((name) => !isLater(name) && !COPIED.has(name))
      .map((name) => [name, 'uvfiles.js']),
  );
  const asked = new Set<string>();
  const later = await run(evaluatedLate(late), modules, 'later.js', [fromOthers(places, asked)]);
  for (const name of modulesIn(later)) if (!places.has(name)) places.set(name, 'later.js');
  await run(evaluatedLate(inMore), modules, 'more.js', [fromOthers(places, asked)]);
  // Bundles again, with a name for each module that the others use.
  await run(scope([...new Set([...inMain, ...asked])]), library, 'uvfiles.js', main);

  copyFileSync(inRoot('dist/cjs', `${APART}.js`), inRoot('dist/lib/shared/names-data.js'));
  writeFileSync(inRoot('dist/lib/package.json'), '{ "type": "commonjs" }\n');
  for (const name of subpaths) {
    const file = inRoot('dist/lib', `${name}.js`);
    const up = '../'.repeat(name.split('/').length - 1) || './';
    const from = `${up}shared/${MORE.has(name) ? 'more' : 'uvfiles'}.js`;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, stub(from, name, WITH_DEFAULT.has(name)));
  }
}
