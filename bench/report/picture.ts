// The README's picture: what its table says of uvfiles, as an SVG for light or for dark ground.
import { parseHTML } from 'linkedom';
import type { Run } from '../harness/types.js';
import { overview } from './charts.js';
import { readmeRows } from './readme.js';

const grounds = {
  light: { ground: '#ffffff', text: '#1f2328' },
  dark: { ground: '#0d1117', text: '#e6edf3' },
} as const;

/** One picture, as the text of an SVG file. */
export function picture({ measured }: Run, scheme: keyof typeof grounds): string {
  const { document } = parseHTML('<!doctype html><html></html>') as unknown as { document: object };
  const { ground, text } = grounds[scheme];
  const rows = [...readmeRows.keys()].flatMap((name) => measured.find((each) => each.name === name) ?? []);
  const svg = overview(rows, { width: 760, document }, readmeRows) as {
    outerHTML: string;
    setAttribute(name: string, value: string): void;
  };
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('color', text);
  const [head, ...rest] = svg.outerHTML.split('</style>');
  return `${head}</style><rect width="100%" height="100%" fill="${ground}"/>${rest.join('</style>')}\n`;
}
