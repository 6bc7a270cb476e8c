// Checks the site that build.ts wrote: every internal link has a target, and in a real browser no page logs an error, is
// wider than a phone, or has no text, in light and dark; and the search returns results.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { serveFile } from 'uvfiles';
import { Chromium, findChromium, type Page } from '../support/chromium.js';
import { output } from './support.js';

const WIDTHS = [390, 1280];

function pages(folder = output): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return pages(file);
    return entry.name.endsWith('.html') ? [file] : [];
  });
}

const attribute = (name: string): RegExp => new RegExp(`\\s${name}="([^"]*)"`, 'g');
const values = (text: string, name: string): string[] =>
  [...text.matchAll(attribute(name))].map((match) => match[1]!.replaceAll('&amp;', '&'));

/** Links of the site's pages to pages or headings that do not exist. */
function deadLinks(files: readonly string[]): string[] {
  const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
  const anchors = new Map<string, Set<string>>();
  const hasAnchor = (file: string, id: string): boolean => {
    let known = anchors.get(file);
    if (known === undefined) anchors.set(file, (known = new Set(values(texts.get(file)!, 'id'))));
    return known.has(id);
  };
  const dead: string[] = [];
  for (const [file, text] of texts) {
    for (const link of new Set([...values(text, 'href'), ...values(text, 'src')])) {
      if (/^[a-z][a-z+.-]*:/i.test(link)) continue; // of other sites
      const [name, fragment] = link.split('#') as [string, string?];
      const target = name === '' ? file : path.join(path.dirname(file), decodeURIComponent(name));
      const there = existsSync(target);
      const found =
        fragment === undefined ||
        fragment === '' ||
        !texts.has(target) ||
        hasAnchor(target, decodeURIComponent(fragment));
      if (!there || !found) dead.push(`${path.relative(output, file)}: ${link}`);
    }
  }
  return dead;
}

/** The faults of one page at one width. */
async function look(page: Page, url: string, width: number): Promise<string[]> {
  page.errors.length = 0;
  await page.resize(width, 844);
  await page.goto(url);
  const { wide, letters, size } = await page.evaluate<Record<'wide' | 'letters' | 'size', number>>(`({
    wide: document.documentElement.scrollWidth,
    letters: document.body.innerText.length,
    size: parseFloat(getComputedStyle(document.body).fontSize),
  })`);
  const wrong = [...page.errors];
  if (wide > width) wrong.push(`is ${wide} px wide`);
  if (letters < 100) wrong.push(`shows ${letters} letters`);
  if (size < 14) wrong.push(`has letters of ${size} px`);
  return wrong.map((each) => `${new URL(url).pathname} at ${width} px: ${each}`);
}

/** Types a word into the search, as a reader does, and waits for the results. */
async function search(page: Page, origin: string): Promise<string[]> {
  await page.resize(1280, 844);
  await page.goto(`${origin}/index.html`);
  const found = await page.evaluate<number>(`(async () => {
    document.querySelector('#tsd-search-trigger').click();
    const results = () => document.querySelectorAll('#tsd-search-results li a').length;
    // Once a second, because the search starts only when nobody has typed for a moment.
    for (let i = 0; i < 30 && results() === 0; i++) {
      const input = document.querySelector('#tsd-search-input');
      input.value = 'readline';
      input.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    return results();
  })()`);
  return found > 0 ? [] : ['the search for "readline" finds nothing'];
}

/** The first page, every guide, and some of each kind of the reference. */
function choose(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.filter((name) => {
    const kind = path.dirname(name);
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return kind === '.' || kind === 'documents' || count <= 4;
  });
}

async function browse(page: Page, origin: string, names: readonly string[]): Promise<string[]> {
  const chosen = choose(names);
  const wrong: string[] = [];
  for (const scheme of ['light', 'dark'] as const) {
    await page.prefer(scheme);
    for (const width of WIDTHS) {
      for (const name of chosen) wrong.push(...(await look(page, `${origin}/${name}`, width)));
    }
    const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const bright = Number(/\d+/.exec(background)?.[0]) > 127;
    if (bright !== (scheme === 'light')) wrong.push(`the ${scheme} scheme has the background ${background}`);
  }
  wrong.push(...(await search(page, origin)));
  console.log(
    `Checked ${chosen.length} of ${names.length} pages at ${WIDTHS.join(' and ')} px, in light and dark.`,
  );
  return wrong;
}

async function inBrowser(program: string, files: readonly string[]): Promise<string[]> {
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url!, 'http://site').pathname);
    if (name === '/favicon.ico') response.writeHead(204).end();
    else void serveFile(request, response, name, { root: output });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = Chromium.launch(program);
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const names = files.map((file) => path.relative(output, file));
    return await browse(await browser.open(), origin, names);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Resolves to the exit code. */
export async function check(): Promise<number> {
  const files = pages();
  const wrong = deadLinks(files).map((each) => `dead link in ${each}`);
  const browser = findChromium();
  if (browser === undefined) console.log('Not checked in a browser: Chromium was not found (set CHROMIUM).');
  else wrong.push(...(await inBrowser(browser, files)));
  for (const each of wrong) console.log(each);
  console.log(wrong.length === 0 ? `${files.length} pages, no faults.` : `${wrong.length} faults.`);
  return wrong.length === 0 ? 0 : 1;
}
