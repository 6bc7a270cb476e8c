// The README's pictures, each as one SVG for a light and one for a dark background: the ratios of its table with their
// intervals, and the latencies of the file server.
import { parseHTML } from 'linkedom';
import type { Run } from '../harness/types.js';
import { chartsOf, figuresOf, isFigure, overview, type Look } from './charts.js';
import { readmeRows } from './readme-rows.js';

const grounds = {
  light: { ground: '#ffffff', text: '#1f2328' },
  dark: { ground: '#0d1117', text: '#e6edf3' },
} as const;

export interface Picture {
  /** Of its files, without `-light.svg` and `-dark.svg`. */
  readonly name: string;
  readonly caption: string;
  readonly light: string;
  readonly dark: string;
}

interface Drawn {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
}

/** The pictures for which the run has figures. */
export function picturesOf(run: Run): Picture[] {
  const pictures: Picture[] = [];
  const rows = [...readmeRows.keys()].flatMap(
    (name) => run.measured.find((each) => each.name === name) ?? [],
  );
  // Without a ratio there is no scale.
  if (
    rows.some((row) =>
      figuresOf(row).some(({ contender, ratio }) => contender === 'uvfiles' && isFigure(ratio)),
    )
  )
    pictures.push(
      inBoth(
        'benchmark-ratios',
        'Throughput of uvfiles as a multiple of fs.promises, with intervals',
        (look) => overview(rows, look, readmeRows),
      ),
    );
  const server = run.measured.find(({ name }) => name === 'server-bulk');
  const latencies = server && chartsOf(server).find(({ title }) => title === 'Latency by percentile');
  if (server !== undefined && latencies !== undefined)
    pictures.push(
      inBoth('benchmark-server', `${server.title}: latency by percentile`, (look) => latencies.draw(look)),
    );
  return pictures;
}

function inBoth(name: string, caption: string, draw: (look: Look) => unknown): Picture {
  const [light, dark] = (['light', 'dark'] as const).map((scheme) => onGround(draw, scheme));
  return { name, caption, light: light!, dark: dark! };
}

function onGround(draw: (look: Look) => unknown, scheme: keyof typeof grounds): string {
  const { document } = parseHTML('<!doctype html><html></html>') as unknown as { document: object };
  const { ground, text } = grounds[scheme];
  const svg = draw({ width: 760, document, namesInside: true }) as Drawn;
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('color', text);
  const [head, ...rest] = svg.outerHTML.split('</style>');
  return `${head}</style><rect width="100%" height="100%" fill="${ground}"/>${rest.join('</style>')}\n`;
}
