// Packages whose own tests run on uvfiles/promises (scripts/package-tests.ts).

/** A package, and how its tests are run. */
export interface TestedPackage {
  readonly name: string;
  /** On GitHub. */
  readonly repository: string;
  readonly tag: string;
  /** The devDependencies that the tests need; those with a version come with other ones. */
  readonly tools: readonly string[];
  /** Each a program in the package's folder, and its arguments. */
  readonly commands: readonly (readonly string[])[];
}

export const PACKAGES: readonly TestedPackage[] = [
  {
    name: 'fs-extra',
    repository: 'jprichardson/node-fs-extra',
    tag: '11.3.6',
    tools: ['klaw', 'klaw-sync', 'minimist', 'mocha', 'proxyquire', 'read-dir-files', 'rimraf@3'],
    commands: [['test.js'], ['test.mjs']],
  },
  {
    name: 'send',
    repository: 'pillarjs/send',
    tag: '1.2.1',
    tools: ['after', 'mocha', 'supertest'],
    commands: [['node_modules/mocha/bin/mocha.js']],
  },
  {
    name: 'tmp',
    repository: 'raszi/node-tmp',
    tag: 'v0.2.5',
    tools: ['mocha'],
    commands: [
      [
        'node_modules/mocha/bin/mocha.js',
        ...[
          'dir',
          'dir-sync',
          'file',
          'file-sync',
          'issue121',
          'GHSA-52f5-9888-hmc6',
          'name',
          'name-sync',
          'template',
          'template-sync',
        ].map((name) => `test/${name}-test.js`),
      ],
    ],
  },
  {
    name: 'write-file-atomic',
    repository: 'npm/write-file-atomic',
    tag: 'v7.0.1',
    tools: ['tap'],
    commands: [['test/basic.js'], ['test/concurrency.js'], ['test/integration.js']],
  },
  {
    name: 'make-dir',
    repository: 'sindresorhus/make-dir',
    tag: 'v5.0.0',
    tools: ['ava', 'graceful-fs', 'path-type', 'tempy'],
    commands: [['node_modules/ava/entrypoints/cli.mjs']],
  },
  {
    name: 'recursive-readdir',
    repository: 'jergason/recursive-readdir',
    tag: 'v2.2.3',
    tools: ['mocha'],
    commands: [['node_modules/mocha/bin/_mocha', 'test/']],
  },
  {
    name: 'copy-file',
    repository: 'sindresorhus/copy-file',
    tag: 'v11.0.0',
    tools: ['ava', 'clear-module', 'del', 'import-fresh', 'sinon'],
    commands: [['node_modules/ava/entrypoints/cli.mjs']],
  },
  {
    name: 'move-file',
    repository: 'sindresorhus/move-file',
    tag: 'v3.1.0',
    tools: ['ava', 'sinon', 'temp-write', 'tempy'],
    commands: [['node_modules/ava/entrypoints/cli.mjs']],
  },
  {
    name: 'lowdb',
    repository: 'typicode/lowdb',
    tag: 'v7.0.1',
    tools: ['express-async-handler', 'lodash', 'tempy', 'tsx', 'typescript'],
    commands: [
      [
        'node_modules/tsx/dist/cli.mjs',
        '--test',
        'src/adapters/Memory.test.ts',
        'src/adapters/browser/WebStorage.test.ts',
        'src/adapters/node/JSONFile.test.ts',
        'src/adapters/node/TextFile.test.ts',
        'src/core/Low.test.ts',
      ],
    ],
  },
];
