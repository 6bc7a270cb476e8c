// The script of the report's page: it draws each plot with the width of its container, redraws it when the width
// changes, and offers the data.
import type { Run } from '../harness/types.js';
import { chartsOf, overview, scalingCharts, type Look } from './charts.js';

/** The part of the DOM that is used. The compiler's own types of the DOM would be visible in the whole project. */
interface Place {
  readonly clientWidth: number;
  readonly dataset: Record<string, string | undefined>;
  readonly textContent: string | null;
  href: string;
  replaceChildren(child: unknown): void;
}
interface Browser {
  readonly document: {
    getElementById(id: string): Place;
    querySelectorAll(selector: string): Iterable<Place>;
  };
  readonly ResizeObserver: new (changed: () => void) => { observe(of: unknown): void };
}

const { document, ResizeObserver } = globalThis as unknown as Browser;
const json = document.getElementById('run').textContent!;
const run = JSON.parse(json) as Run;
document.getElementById('download').href = URL.createObjectURL(
  new Blob([json], { type: 'application/json' }),
);

const scaling = scalingCharts(run.measured);
const places = [...document.querySelectorAll('.plot')];
const drawn = new Map<Place, number>();

function draw(): void {
  for (const place of places) {
    const width = Math.floor(place.clientWidth);
    if (width === 0 || drawn.get(place) === width) continue;
    drawn.set(place, width);
    place.replaceChildren(chartOf(place.dataset, { width }));
  }
}

function chartOf({ kind, workload, index }: Place['dataset'], look: Look): unknown {
  if (kind === 'overview') return overview(run.measured, look);
  if (kind === 'scaling') return scaling[Number(index)]!.draw(look);
  const measured = run.measured.find(({ name }) => name === workload)!;
  return chartsOf(measured)[Number(index)]!.draw(look);
}

draw();
new ResizeObserver(draw).observe(places[0]);
