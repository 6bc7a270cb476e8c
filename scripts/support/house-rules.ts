// The project's rules that no other tool checks, each with the reason that it prints.
import { readFileSync } from 'node:fs';
import { inRoot } from './root.mjs';

const CODE = /^(lib|src-native|test|bench|examples)\//;

/** Each rule: the files, what must not be in them, and why. */
const RULES = [
  {
    in: CODE,
    not: /\b(describe|context|it)\.only\s*\(/,
    because: 'one test hides all the others',
  },
  { in: CODE, not: /\b(TODO|FIXME|XXX)\b/, because: 'open work has an issue, not a comment' },
  {
    in: /^src-native\/(core|platform|test)\//,
    not: /#\s*include\s*[<"](node_api|js_native_api|napi|napi-inl|node|v8)\.h[>"]/,
    because: 'only src-native/binding knows Node-API',
  },
  {
    // Windows has no weak symbols, which text_memory.cc uses.
    in: /^src-native\/(core|binding\/(?!text_memory))/,
    not: /^\s*#\s*(el)?if.*(_WIN32|__linux__|__APPLE__)/,
    because: 'only src-native/platform knows systems',
  },
  {
    in: /^src-native\/(core|platform)\//,
    not: /\b(throw\s|try\s*\{|dynamic_cast<)/,
    because: 'the core is compiled without exceptions and RTTI',
  },
  {
    in: /^lib\/.*\.ts$/,
    not: /\bimport\.meta\b/,
    because: 'lib is compiled to CommonJS',
  },
  {
    in: /^(package-lock\.json|\.npmrc)$/,
    not: /registry\s*=|"resolved":\s*"http/,
    because: "which registry to ask is the reader's own setting",
  },
];

/** The maximum length of a file. A test program can list more cases than that. */
const MAX_LINES = 400;

/** One line for each violation in `names`, files of the repository: `file:line: what (why)`. */
export function houseRules(names: readonly string[]): string[] {
  const breaches: string[] = [];
  for (const name of names) {
    const rules = RULES.filter((rule) => rule.in.test(name));
    const isNative = /^src-native\/.*\.(cc|h)$/.test(name);
    if (rules.length === 0 && !isNative) continue;
    const lines = readFileSync(inRoot(name), 'utf8').split('\n');
    lines.forEach((line, index) => {
      const code = line.replace(/^\s*(\/\/|\*).*/, (comment) =>
        /\b(TODO|FIXME|XXX)\b/.test(comment) ? comment : '',
      );
      for (const rule of rules) {
        const found = rule.not.exec(code);
        if (found) breaches.push(`${name}:${index + 1}: "${found[0].trim()}" (${rule.because})`);
      }
    });
    if (isNative && !name.endsWith('_test.cc') && lines.length > MAX_LINES + 1)
      breaches.push(`${name}: ${lines.length} lines; is it still one thing?`);
  }
  return breaches;
}

const EXPORT =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type) ([A-Za-z_$][\w$]*)/gm;
/** All numbers of the addon, of which a test compares each, and names that `export *` hands on. */
const COMPLETE = /^lib\/(native\/(protocol|task-kinds)|s3\/object-store)\.ts$/;

/** One line for each export of lib/ that no other file of TypeScript in `names` mentions. */
export function unusedExports(names: readonly string[]): string[] {
  const texts = names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(inRoot(name), 'utf8') }));
  /** The first two files that have a word. */
  const filesOf = new Map<string, [string, string?]>();
  for (const { name, text } of texts)
    for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g))) {
      const files = filesOf.get(word);
      if (files === undefined) filesOf.set(word, [name]);
      else files[1] ??= name;
    }
  return texts
    .filter(({ name }) => name.startsWith('lib/') && !COMPLETE.test(name))
    .flatMap(({ name, text }) =>
      [...text.matchAll(EXPORT)]
        .map(([, word]) => word!)
        .filter((word) => filesOf.get(word)?.length === 1)
        .map((word) => `${name}: nothing else uses ${word}, so it needs no export`),
    );
}
