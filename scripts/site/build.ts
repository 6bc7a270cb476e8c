// npm run docs: writes the documentation's site to .cache/site, and the whole reference as one text to .cache/site/api.txt.
// With --check, check.ts then checks it.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { apiText, type Reflection } from './api-text.js';
import { gaps } from './gaps.js';
import { installTools, model, must, output, root, tools } from './support.js';

installTools();
const typedoc = path.join(tools, 'node_modules/typedoc/bin/typedoc');
must(process.execPath, [typedoc, '--json', model], tools);

const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
const project = JSON.parse(readFileSync(model, 'utf8')) as Reflection;
writeFileSync(path.join(output, 'api.txt'), apiText(project, version));
copyFileSync(path.join(root, 'llms.txt'), path.join(output, 'llms.txt'));
console.log(`The site is in ${path.relative(process.cwd(), output)}: open index.html.`);

if (process.argv.includes('--check')) {
  const missing = gaps(project);
  for (const each of missing) console.log(each);
  const { check } = await import('./check.js');
  process.exitCode = (await check()) || Math.min(missing.length, 1);
}
