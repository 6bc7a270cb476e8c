// The pictures of docs/atomic-writes.md, as SVG: what is on disk after each step. `npx tsx scripts/pictures.ts` writes them to
// docs/pictures; a test compares.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

interface File {
  readonly content: string;
  /** Shown in the lower half of the box. */
  readonly note?: string;
  /** Only in memory: a power failure loses it. */
  readonly volatile?: boolean;
  readonly fresh?: boolean;
}
interface Name {
  readonly name: string;
  /** Which file it leads to: 0 or 1. */
  readonly to: 0 | 1;
  readonly volatile?: boolean;
  readonly fresh?: boolean;
}
interface Step {
  readonly title: string;
  readonly names: readonly Name[];
  readonly files: readonly File[];
  readonly after: string;
}

const settings: Name = { name: 'settings.json', to: 0 };
const old: File = { content: 'OLD' };

const steps: readonly Step[] = [
  { title: 'Initial state', names: [settings], files: [old], after: 'OLD' },
  {
    title: 'Create a file without a name',
    names: [settings],
    files: [old, { content: '(empty)', note: 'no name', volatile: true, fresh: true }],
    after: 'OLD',
  },
  {
    title: 'Write all bytes',
    names: [settings],
    files: [old, { content: 'NEW', note: 'no name', volatile: true, fresh: true }],
    after: 'OLD',
  },
  {
    title: 'Copy mode, owner and attributes',
    names: [settings],
    files: [
      { content: 'OLD', note: 'rw-r----- app' },
      { content: 'NEW', note: 'rw-r----- app', volatile: true, fresh: true },
    ],
    after: 'OLD',
  },
  {
    title: 'Sync the file',
    names: [settings],
    files: [old, { content: 'NEW', note: 'no name', fresh: true }],
    after: 'OLD',
  },
  {
    title: 'Give the file a temporary name',
    names: [settings, { name: '.new.k3v9….uvfiles', to: 1, volatile: true, fresh: true }],
    files: [old, { content: 'NEW' }],
    after: 'OLD',
  },
  {
    title: 'Rename the file',
    names: [{ ...settings, to: 1, volatile: true, fresh: true }],
    files: [{ content: 'OLD', note: 'no name' }, { content: 'NEW' }],
    after: 'OLD or NEW',
  },
  {
    title: 'Sync the directory',
    names: [{ ...settings, fresh: true }],
    files: [{ content: 'NEW' }],
    after: 'NEW',
  },
];

const WIDTH = 550;
const ROW = 62;
const TOP = 34;
const BOX = { left: 240, width: 120, height: 48 };
const AFTER = 400;

const STYLE = `
text { font: 14px ui-sans-serif, system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; fill: #1f2328 }
.head, .note { font-size: 12px; fill: #59636e }
.name, .content { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace }
.box { fill: #f6f8fa; stroke: #59636e; stroke-width: 1.5 }
.line { fill: none; stroke: #59636e; stroke-width: 1.5 }
.tip { fill: #59636e }
.volatile { stroke-dasharray: 5 4 }
.fresh { stroke: #0969da; stroke-width: 2 }
.tip.fresh { fill: #0969da; stroke: none }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .head, .note { fill: #9198a1 }
  .box { fill: #151b23; stroke: #9198a1 }
  .line { stroke: #9198a1 }
  .tip { fill: #9198a1 }
  .fresh { stroke: #4493f8 }
  .tip.fresh { fill: #4493f8; stroke: none }
}`;

const middle = (row: number): number => TOP + row * ROW + BOX.height / 2;

function classes(base: string, { volatile, fresh }: { volatile?: boolean; fresh?: boolean }): string {
  return [base, volatile === true ? 'volatile' : '', fresh === true ? 'fresh' : ''].filter(Boolean).join(' ');
}

function nameText(name: Name, row: number): string {
  const from = 168;
  const [y, end] = [middle(row), middle(name.to)];
  const tip = BOX.left - 4;
  const { fresh = false } = name;
  return `<text class="name" x="8" y="${y + 5}">${name.name}</text>
<path class="${classes('line', name)}" d="M${from} ${y} C${from + 35} ${y} ${tip - 35} ${end} ${tip - 8} ${end}"/>
<path class="${classes('tip', { fresh })}" d="M${tip} ${end} l-10 -5 v10 z"/>`;
}

function fileText(file: File, row: number): string {
  const center = BOX.left + BOX.width / 2;
  const y = middle(row) + (file.note === undefined ? 5 : -3);
  const note =
    file.note === undefined
      ? ''
      : `\n<text class="note" x="${center}" y="${y + 18}" text-anchor="middle">${file.note}</text>`;
  return `<rect class="${classes('box', file)}" x="${BOX.left}" y="${TOP + row * ROW}" width="${BOX.width}" height="${BOX.height}" rx="6"/>
<text class="content" x="${center}" y="${y}" text-anchor="middle">${file.content}</text>${note}`;
}

/** Draws one picture. Dashed lines show what a power failure loses. Blue shows what the step has changed. */
function picture({ title, names, files, after }: Step): string {
  const height = TOP + files.length * ROW;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>${title}</title>
<style>${STYLE}
</style>
<text class="head" x="8" y="20">directory</text>
<text class="head" x="${BOX.left}" y="20">file</text>
<text class="head" x="${AFTER}" y="20">after a power failure</text>
${files.map(fileText).join('\n')}
${names.map(nameText).join('\n')}
<text class="content" x="${AFTER}" y="${middle(0) + 5}">${after}</text>
</svg>
`;
}

/** File names and contents. */
export function pictures(): [name: string, text: string][] {
  return steps.map((step, index) => [`atomic-${index}.svg`, picture(step)]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../docs/pictures');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of pictures()) writeFileSync(path.join(folder, name), text);
}
