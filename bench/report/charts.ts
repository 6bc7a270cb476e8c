// The plots of a run, for the report's page and for the README's pictures alike.
import * as Plot from '@observablehq/plot';
import { curveShares } from '../harness/statistics.js';
import { axisOf, curveTitle, pointName } from '../harness/curves.js';
import type { Figures, Measured } from '../harness/types.js';

/** How a plot is drawn: `document` where that is not the browser's own. */
export interface Look {
  readonly width: number;
  readonly document?: unknown;
  /** Writes the names of lines into the plot: the plot is then a single SVG, without a legend in HTML. */
  readonly namesInside?: boolean;
}

interface Chart {
  readonly title: string;
  draw(look: Look): unknown;
}

// Within the margin below, so that no letter is cut off.
const labelOffset = 36;

type Row = Readonly<Record<string, string | number | undefined>>;

// The first is the library's. The others can be distinguished with colour vision deficiency, on light and dark
// backgrounds.
const colours = [
  '#d9480f',
  '#4269d0',
  '#3ca951',
  '#a463f2',
  '#97bbf5',
  '#9c6b4e',
  '#ff8ab7',
  '#6cc5b0',
  '#9498a0',
  '#efb118',
];

/** The results that have figures. What JSON cannot say, such as NaN, is null in a run that was read back. */
export function figuresOf({ results }: Measured): Figures[] {
  return results.filter((result) => result.failure === undefined);
}

/** All plots of one workload. */
export function chartsOf(measured: Measured): Chart[] {
  const figures = figuresOf(measured);
  const charts: Chart[] = [];
  if (figures.filter(({ ratio }) => isFigure(ratio)).length > 1)
    charts.push({
      title: 'Throughput, as a multiple of the baseline',
      draw: (look) => ratios(figures, look),
    });
  if (figures.some(({ curve }) => curve !== undefined))
    charts.push({ title: 'Latency by percentile', draw: (look) => latencies(figures, look) });
  if (figures.some(({ samples }) => samples.some(({ timeline }) => timeline !== undefined)))
    charts.push({ title: 'Delay of the event loop over time', draw: (look) => delays(figures, look) });
  return charts;
}

/** One plot per group of workloads that differ in one value. */
export function scalingCharts(run: readonly Measured[]): Chart[] {
  const groups = [...new Set(run.flatMap(({ scaling }) => scaling?.group ?? []))];
  return groups.flatMap((group) => {
    const points = run.filter(({ scaling }) => scaling?.group === group);
    const rows = points.flatMap((point) =>
      figuresOf(point).map(({ title, nsPerOp }) => ({ x: point.scaling!.value, y: nsPerOp / 1000, title })),
    );
    const title = curveTitle(points[0]!);
    const axis = axisOf(points[0]!.scaling!);
    const ticks = new Map(points.map((point) => [point.scaling!.value, pointName(point.scaling!)]));
    if (rows.length === 0) return [];
    const time: Chart = {
      title,
      draw: (look) => lines(rows, look, { x: axis, y: 'microseconds per operation', ticks }),
    };
    if (group !== 'in-flight') return [time];
    const throughput = rows.map((row) => ({ ...row, y: 1e6 / row.y }));
    return [
      {
        title: 'Throughput against concurrency',
        draw: (look) => lines(throughput, look, { x: axis, y: 'operations per second', ticks }),
      },
      time,
    ];
  });
}

/** The library compared with the baseline, for every workload that has one. */
export function overview(run: readonly Measured[], look: Look, names?: ReadonlyMap<string, string>): unknown {
  const rows = run.flatMap((measured): Row[] => {
    const ours = figuresOf(measured).find(({ contender }) => contender === 'uvfiles');
    const label = names === undefined ? measured.name : names.get(measured.name);
    if (ours === undefined || label === undefined || !isFigure(ours.ratio) || measured.scaling !== undefined)
      return [];
    return [{ label, ...boundsOf(ours) }];
  });
  return ratioPlot(rows, look);
}

function ratios(figures: readonly Figures[], look: Look): unknown {
  const rows = figures
    .filter(({ ratio }) => isFigure(ratio))
    .map((each): Row => ({ label: each.title, ...boundsOf(each) }));
  return ratioPlot(rows, look);
}

function boundsOf({ ratio, ratioInterval }: Figures): { ratio: number; low: number; high: number } {
  return { ratio, low: ratioInterval?.low ?? ratio, high: ratioInterval?.high ?? ratio };
}

function ratioPlot(rows: readonly Row[], look: Look): unknown {
  const label = 'times the throughput of the baseline';
  return plot(look, {
    height: 70 + 18 * rows.length,
    marginLeft: Math.min(Math.max(...rows.map(({ label: of }) => 7 * String(of).length)), look.width * 0.5),
    x: { type: 'log', label, labelOffset, grid: true, tickFormat: short },
    y: { domain: rows.map(({ label: of }) => of as string), label: null },
    marks: [
      Plot.ruleX([1], { strokeDasharray: '3 3' }),
      Plot.link(rows, { y: 'label', x1: 'low', x2: 'high', strokeWidth: 3, strokeOpacity: 0.35 }),
      Plot.dot(rows, {
        y: 'label',
        x: 'ratio',
        r: 4,
        fill: (row: Row) => ((row.ratio as number) >= 1 ? '#3ca951' : '#d9480f'),
        tip: true,
      }),
    ],
  });
}

function latencies(figures: readonly Figures[], look: Look): unknown {
  const rows = figures.flatMap(({ title, curve = [] }) =>
    // The maximum has no share that a log axis can show, so it is drawn after the last one.
    curve.map((us, index) => ({ x: 1 / (1 - Math.min(curveShares[index]!, 0.99999)), y: us, title })),
  );
  return lines(rows, look, { x: 'percentile', y: 'microseconds', ticks: percentiles });
}

function delays(figures: readonly Figures[], look: Look): unknown {
  const rows = figures.flatMap(({ title, samples }) =>
    (samples.at(-1)?.timeline ?? []).map((ms, index) => ({ x: index / 10, y: ms, title })),
  );
  return plot(look, {
    x: { label: 'seconds', labelOffset },
    y: { label: 'longest delay in 0.1 s (ms)', grid: true },
    color: colourScale(rows),
    marks: [Plot.ruleY([0]), Plot.lineY(rows, { x: 'x', y: 'y', stroke: 'title' })],
  });
}

const percentiles = new Map([
  [2, '50'],
  [10, '90'],
  [100, '99'],
  [1000, '99.9'],
  [10_000, '99.99'],
  [100_000, 'max'],
]);

function lines(
  all: readonly { x: number; y: number; title: string }[],
  look: Look,
  { x, y, ticks }: { x: string; y: string; ticks: ReadonlyMap<number, string> },
): unknown {
  const rows = all.filter((row) => isFigure(row.y) && row.y > 0);
  // Nothing lies at 0 on a log axis.
  const type = rows.some((row) => row.x === 0) ? 'symlog' : 'log';
  const { legend, ...color } = colourScale(rows);
  return plot(look, {
    x: { type },
    y: { type: 'log', label: y, grid: true, tickFormat: short },
    color: { ...color, legend: legend && look.namesInside !== true },
    marks: [
      // Set explicitly, because a log axis omits the labels of values that are not round.
      Plot.axisX([...ticks.keys()], { label: x, labelOffset, text: [...ticks.values()] }),
      Plot.lineY(rows, { x: 'x', y: 'y', stroke: 'title', strokeWidth: 2 }),
      Plot.dot(rows, { x: 'x', y: 'y', fill: 'title', r: 2.5, tip: true }),
      ...(look.namesInside === true ? color.domain.map(nameInside) : []),
    ],
  });
}

// From the bottom right, which curves of latencies leave free.
function nameInside(title: string, index: number): Plot.Markish {
  const place = { frameAnchor: 'bottom-right', dx: -12, dy: -12 - 18 * index } as const;
  return Plot.text([title], {
    ...place,
    text: (name: string) => name,
    fill: (name: string) => name,
    fontSize: 13,
  });
}

function colourScale(rows: readonly { title: string }[]) {
  const domain = [...new Set(rows.map(({ title }) => title))];
  return { domain, range: domain.map((_, index) => colours[index % colours.length]!), legend: true };
}

function plot({ width, document }: Look, options: Plot.PlotOptions): unknown {
  return Plot.plot({
    width,
    marginLeft: 56,
    marginBottom: 42,
    style: { background: 'transparent', fontSize: '12px' },
    ...options,
    ...(document !== undefined && { document: document as never }),
  });
}

function short(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (value >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}

export function isFigure(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
