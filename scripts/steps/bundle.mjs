// Writes dist/lib: the library as one file (uvfiles.js), what few programs use as another (more.js), and a stub for each
// subpath of package.json that asks them for its module.
//
// Node spends most of the time of `import 'uvfiles'` on finding and reading files. A module of a bundle is evaluated when
// it is first required, so that programs pay for what they use only, and all subpaths share one instance.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../support/root.mjs';

/** Subpaths that most programs do without. */
const MORE = new Set(['promises/index', 's3/index', 'testing/index', 'cli/index']);
/** What the command line loads, which no subpath names. */
const COMMANDS = 'cli/index';
/** Subpaths that have a default export, which TypeScript and bundlers look for in the text. */
const WITH_DEFAULT = new Set(['promises/index']);
/** Loaded apart, at first use: a table of all names of Unicode. */
const APART = 'text/names-data';

const modules = inRoot('dist/cjs');
/** The name of a file of dist/cjs, such as `os/index`. */
const nameOf = (file) => path.relative(modules, file).replaceAll('\\', '/').replace(/\.js$/, '');

// Written so that Node's lexer of CommonJS does not take it for a re-export of the whole bundle, which it would read.
function stub(from, name, hasDefault) {
  const open = `const modules = require('${from}');\n`;
  if (!hasDefault) return `${open}module.exports = modules['${name}']();\n`;
  // The module itself is its default export. Checkers of types would misread a plain assignment.
  return `${open}exports.default = modules['${name}']();
Object.assign(module, { exports: exports.default });
`;
}

/**
 * Modules of Node come from `process.getBuiltinModule` where it exists (Node 20.16 and newer): in ES modules that users' bundlers
 * make of the library, there is no `require`.
 */
const builtins = {
  name: 'builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path: name, namespace }) =>
      namespace === 'builtin' ? { path: name, external: true } : { path: name, namespace: 'builtin' },
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path: name }) => ({
      contents: `module.exports = process.getBuiltinModule?.('${name}') ?? require('${name}');`,
    }));
  },
};

async function bundle(names, outfile, plugins = []) {
  const { build } = await import('esbuild');
  const entries = names.map((name) => `  ${JSON.stringify(name)}: () => require('./${name}.js'),`);
  return build({
    stdin: {
      contents: `module.exports = {\n${entries.join('\n')}\n};\n`,
      resolveDir: modules,
      sourcefile: 'modules.js',
    },
    // As deep as dist/cjs/native, from where the binaries are found.
    outfile: inRoot('dist/lib/shared', outfile),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifyWhitespace: true,
    lineLimit: 120, // Node prints the line that an uncaught error comes from
    sourcemap: 'linked',
    packages: 'external',
    external: ['*.node', './names-data.js', './uvfiles.js'],
    metafile: true,
    logLevel: 'warning',
    plugins: [builtins, ...plugins],
  });
}

/** Modules that uvfiles.js has are taken from there. */
const fromMain = (names) => ({
  name: 'from-main',
  setup(build) {
    build.onLoad({ filter: /\.js$/ }, ({ path: file }) => {
      const name = nameOf(file);
      if (!names.has(name)) return undefined;
      return { contents: `module.exports = require('./uvfiles.js')[${JSON.stringify(name)}]();` };
    });
  },
});

/** `named` are the modules that package.json names, such as `os/index`. */
export async function writeBundle(named) {
  const subpaths = [...named, COMMANDS];
  rmSync(inRoot('dist/lib'), { recursive: true, force: true });
  const main = subpaths.filter((name) => !MORE.has(name));
  const { metafile } = await bundle(main, 'uvfiles.js');
  const inMain = new Set(
    Object.keys(metafile.inputs)
      .map((file) => nameOf(path.resolve(file)))
      .filter((name) => !name.startsWith('..') && name !== 'modules'),
  );
  // Again, with a name for every module, by which more.js asks for it.
  await bundle([...inMain], 'uvfiles.js');
  await bundle([...subpaths.filter((name) => MORE.has(name))], 'more.js', [fromMain(inMain)]);
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
