// AWS Lambda, as docs/installation.md describes it: the function's archive is unpacked to a folder without packages around it,
// and a handler in it uses uvfiles with nothing in the environment but what Lambda sets.
import { expect } from 'chai';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { consumer, runNode, scratch } from '../support/package.js';

const require = createRequire(import.meta.url);

const HANDLER = `
const { readText, tempfile, writeAtomic } = require('uvfiles');
exports.handler = async ({ text }) => {
  await using folder = await tempfile.temporaryDirectory();
  await writeAtomic(folder.name + '/a.txt', text);
  return { statusCode: 200, body: await readText(folder.name + '/a.txt') };
};
`;

/** What Lambda's runtime does: loads the handler from the task's folder, and calls it. */
const RUNTIME = `
const { handler } = require(process.env.LAMBDA_TASK_ROOT + '/' + process.env._HANDLER.split('.')[0]);
handler({ text: 'works' }).then((answer) => console.log(JSON.stringify(answer)));
`;

describe('an AWS Lambda function', function () {
  this.timeout(280_000);
  let where = '';
  const esbuild = path.join(path.dirname(require.resolve('esbuild/package.json')), 'bin/esbuild');

  before(function () {
    where = consumer(this, 'lambda', { 'source.cjs': HANDLER });
  });

  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** Compiles the handler, because Node 20 has no await using. */
  function compile(to: string, ...flags: string[]): void {
    const args = ['source.cjs', '--platform=node', '--target=node20', '--log-level=warning', ...flags];
    const { status, output } = runNode(esbuild, [...args, `--outfile=${to}`], where);
    expect(status, output).to.equal(0);
    expect(output).to.equal('');
  }

  function invoke(task: string): string {
    const runtime = path.join(scratch, 'runtime.cjs');
    writeFileSync(runtime, RUNTIME);
    const { status, output } = runNode(runtime, [], task, {
      LAMBDA_TASK_ROOT: task,
      _HANDLER: 'index.handler',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x',
    });
    expect(status, output).to.equal(0);
    return output.trim();
  }

  it('runs from a bundle with the .node files beside it', () => {
    compile('bundle/index.js', '--bundle', '--loader:.node=copy');
    const task = path.join(scratch, 'task-bundle');
    cpSync(path.join(where, 'bundle'), task, { recursive: true });
    expect(readdirSync(task).filter((name) => !/^index\.js$|\.node$/.test(name))).to.deep.equal([]);
    expect(invoke(task)).to.equal('{"statusCode":200,"body":"works"}');
  });

  it('runs with node_modules beside it', () => {
    compile('index.js', '--format=cjs');
    const task = path.join(scratch, 'task-modules');
    mkdirSync(task);
    for (const name of ['index.js', 'node_modules'])
      cpSync(path.join(where, name), path.join(task, name), { recursive: true });
    expect(invoke(task)).to.equal('{"statusCode":200,"body":"works"}');
  });
});
