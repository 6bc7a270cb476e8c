// How uvfiles.js asks for the modules of later.js: see LATER in bundle.ts, which makes this a part of uvfiles.js.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { compileFunction } from 'node:vm';

type Exports = Record<string, unknown>;
type Modules = Record<string, () => Exports>;

let modules: Modules | undefined;
const file = fileBeside();
// Read at once, because the file may be out of reach when it is needed: no descriptor is free, the root has changed, or a
// test has replaced node:fs. Reading it takes little time. Compiling it does not.
let text = file === undefined ? undefined : readFileSync(file, 'utf8');

/** The name of later.js. Undefined inside a user's bundle, which contains the text of later.js. */
function fileBeside(): string | undefined {
  const isOurs = typeof __filename === 'string' && path.basename(__filename) === 'uvfiles.js';
  return isOurs ? path.join(__dirname, 'later.js') : undefined;
}

function load(): Modules {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- bundlers find the file by it
    modules = require('./later.js') as Modules;
  } catch (error) {
    if (file === undefined || text === undefined) throw error;
    modules = compile(file, text);
  }
  text = undefined;
  return modules;
}

function compile(filename: string, code: string): Modules {
  const others = createRequire(filename);
  const later = { exports: {} as Modules };
  const ask = (name: string): unknown => (name === './uvfiles.js' ? module.exports : others(name));
  const run = compileFunction(code, ['exports', 'require', 'module'], { filename }) as (
    ...args: unknown[]
  ) => void;
  run(later.exports, ask, later);
  return later.exports;
}

/** Defines the exports of the module `name` on `target`. They are taken from later.js when they are used. */
export function exportLater(target: Exports, name: string, exported: readonly string[]): void {
  for (const each of exported) {
    Object.defineProperty(target, each, {
      enumerable: true,
      get: () => (modules ?? load())[name]!()[each],
    });
  }
}
