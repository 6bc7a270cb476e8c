// What the compiler does not check: promises that nobody awaits, the layers of lib/, files that outgrow four screens.
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Rules of plain JavaScript that hold everywhere.
 * @type {import('eslint').Linter.RulesRecord}
 */
const everywhere = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-var': 'error',
  'prefer-const': 'error',
  'object-shorthand': 'error',
  'no-constant-condition': ['error', { checkLoops: false }],
  'no-debugger': 'error',
  'no-else-return': 'error',
  'no-lonely-if': 'error',
  'no-self-compare': 'error',
  'no-unreachable-loop': 'error',
  'no-useless-return': 'error',
  'max-lines': ['error', { max: 400 }],
};

/**
 * The folders of lib/, from the lowest up. A folder imports from those before it and from itself, never from those behind.
 * Folders on one line know nothing of each other.
 */
const LAYERS = [
  ['errors'],
  ['schedule'],
  ['arguments', 'text'],
  ['native'],
  ['filesystem', 'runtime'],
  ['file', 's3'],
  ['open'],
  ['whole-file', 'tempfile', 'stdio'],
  ['os'],
  ['path'],
  ['http', 'promises', 'testing'],
  ['cli'],
];

/** Of lib/filesystem, what the layers below may know: interfaces. */
const INTERFACES = ['filesystem', 'capabilities', 'open-file', 'store', 'stats', 'node-stats', 'errors'];
/** Who may know lib/native at all. Everybody else asks the file system of a path, or lib/runtime. */
const KNOW_NATIVE = ['native', 'filesystem', 'runtime'];

const layerRules = LAYERS.flatMap((folders, level) =>
  folders.map((folder) => {
    const above = LAYERS.slice(level)
      .flat()
      .filter((each) => each !== folder && each !== 'native')
      .concat(KNOW_NATIVE.includes(folder) ? [] : ['native']);
    // Only lib/native may look up, and only at the interfaces that it implements.
    const interfaces = folder === 'native' ? `(?!(?:${INTERFACES.join('|')})\\.js$)` : '';
    const patterns = above.map((each) => ({
      regex: `^(\\.\\./)+${each}/${each === 'filesystem' ? interfaces : ''}`,
      message: `lib/${folder} does not know lib/${each}: see the layers in eslint.config.js.`,
    }));
    if (folder !== 'native')
      patterns.push({ regex: '/native/addon\\.js$', message: 'Only lib/native knows the addon.' });
    /** @type {import('eslint').Linter.RulesRecord} */
    const rules = { 'no-restricted-imports': ['error', { patterns }] };
    return { files: [`lib/${folder}/**/*.ts`], rules };
  }),
);

/** What the fake timers of tests replace. Clocks may be false where nobody waits for them. */
const TIMERS = ['Immediate', 'Interval', 'Timeout']
  .flatMap((kind) => [`set${kind}`, `clear${kind}`])
  .concat('queueMicrotask');

export default defineConfig(
  globalIgnores(['build/', 'build-*/', 'dist/', 'coverage/', 'prebuilds/', '.cache/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.cts', '**/*.mts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...everywhere,
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      // Arguments are checked at run time against what their types promise; strings are spread for their code points.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Hot paths index into arrays that they have just measured.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A promise-returning function that checks its arguments first says `async` so that it never throws.
      '@typescript-eslint/require-await': 'off',
    },
  },
  { files: ['lib/**/*.ts'], rules: { 'no-console': 'error' } },
  {
    files: ['lib/**/*.ts'],
    ignores: ['lib/cli/**', 'lib/timers.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...TIMERS.map((name) => ({
          name,
          message: 'lib/timers.ts has the one that fake timers do not replace.',
        })),
      ],
    },
  },
  ...layerRules,
  { files: ['lib/native/load.ts'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['test/**/*.ts', 'test/**/*.cts'],
    rules: {
      // chai's assertions are expressions, and tests hand wrong types over on purpose.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[arguments.length=0][callee.property.name='skip']",
          message: 'skip(this, reason) of test/support/skip.ts prints why the test is skipped.',
        },
      ],
    },
  },
  { files: ['test/support/skip.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    // Never run: only what compiles, and what must not.
    files: ['test/types/**'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': 'allow-with-description', minimumDescriptionLength: 4 },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      ...everywhere,
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
);
