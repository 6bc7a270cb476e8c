// The report of a run: one self-contained page.
import { buildSync } from 'esbuild';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { headerLines } from '../harness/header.js';
import { busyNotes } from '../harness/processors.js';
import { tableOf, verdictLine } from '../harness/table.js';
import type { Measured, Run } from '../harness/types.js';
import { chartsOf, scalingCharts } from './charts.js';

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The whole page. */
export function reportPage(run: Run): string {
  // As it will be read back, in which what JSON cannot say is null.
  const json = JSON.stringify(run);
  const { machine, versions, measured } = JSON.parse(json) as Run;
  const isPoint = ({ scaling }: Measured) => scaling !== undefined;
  const scaling = scalingCharts(measured);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>uvfiles: benchmark of ${escape(machine.date)}</title>
<link rel="icon" href="data:,">
<style>${readFileSync(beside('page.css'), 'utf8')}</style>
</head>
<body>
<main>
<h1>uvfiles compared with everything else</h1>
${headerLines(machine)
  .map((line) => `<p>${escape(line)}</p>`)
  .join('\n')}
<p class="versions">${escape(versions.join(', '))}</p>
<p><a id="download" download="uvfiles-benchmark.json">Download the data</a> (every round of every contender)</p>
<details><summary>Method</summary>${method}</details>
<h2>uvfiles compared with the baseline of each workload</h2>
<p>Right of the dashed line is faster. A bar is the interval in which the median lies.</p>
${plot('Overview', { kind: 'overview' })}
${scaling.length > 0 ? '<h2>Scaling</h2>' : ''}
${scaling.map(({ title }, index) => plot(title, { kind: 'scaling', index })).join('\n')}
<h2>Workloads</h2>
${measured
  .filter((each) => !isPoint(each))
  .map(section)
  .join('\n')}
${measured.some(isPoint) ? '<h2>Tables of the scaling workloads</h2>' : ''}
${measured.filter(isPoint).map(tableSection).join('\n')}
</main>
<script type="application/json" id="run">${json.replaceAll('<', '\\u003c')}</script>
<script>${script().replaceAll('</script', '<\\/script')}</script>
</body>
</html>
`;
}

const method = `<p>Contenders of a workload run in one process and take turns: a round measures each once. A ratio is the baseline's
time divided by the contender's own, per round; the table has the median of all rounds and the interval in which the true median
lies with at least 90 % confidence (by the sign test; with fewer than five rounds it is the whole range). Results are compared byte
by byte. Servers, other runtimes and Python run in processes of their own and take turns as well. The load on a server comes from
another process at fixed times, and a latency counts from the time at which its request was due.</p>`;

function section(measured: Measured): string {
  const plots = chartsOf(measured).map(({ title }, index) => plot(title, { workload: measured.name, index }));
  return tableSection(measured, plots.join('\n'));
}

function tableSection(measured: Measured, plots: unknown = ''): string {
  const { name, title, missing, skipped, floors, absent, results } = measured;
  const reason = missing === undefined ? skipped : `uvfiles has no ${missing} yet`;
  const notes = [
    ...busyNotes(measured),
    ...results.flatMap((each) =>
      each.failure === undefined ? [] : [`${each.title} failed: ${each.failure}`],
    ),
    ...absent.map((each) => `${each.contender} was skipped: ${each.reason}`),
  ];
  const body = reason === undefined ? table(measured) : `<p>Skipped: ${escape(reason)}</p>`;
  const goals = floors.map(
    (floor) => `<li class="${floor.met === false ? 'missed' : ''}">${escape(verdictLine(floor))}</li>`,
  );
  return `<section id="${escape(name)}"><h3>${escape(title)}</h3>
${body}
${notes.map((note) => `<p class="note">${escape(note)}</p>`).join('\n')}
${goals.length > 0 ? `<ul>${goals.join('')}</ul>` : ''}
${typeof plots === 'string' ? plots : ''}</section>`;
}

function table(measured: Measured): string {
  const { head, rows } = tableOf(measured.results);
  const cells = (tag: string, of: readonly string[]) =>
    of.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('');
  return `<div class="table"><table><thead><tr>${cells('th', head)}</tr></thead><tbody>
${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n')}
</tbody></table></div>`;
}

function plot(title: string, data: Record<string, string | number>): string {
  const attributes = Object.entries(data).map(([name, value]) => `data-${name}="${escape(String(value))}"`);
  return `<figure><figcaption>${escape(title)}</figcaption><div class="plot" ${attributes.join(' ')}></div></figure>`;
}

function script(): string {
  const { outputFiles } = buildSync({
    entryPoints: [beside('page.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
  });
  return outputFiles[0]!.text;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
