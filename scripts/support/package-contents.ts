// What must be in the package: what package.json names, and what the guides in it link to.
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Manifest {
  readonly main?: string;
  readonly types?: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Target;
  readonly files?: readonly string[];
}

type Target = string | null | { readonly [condition: string]: Target };

const LINK = /\]\(([^()\s]+)\)|^\[[^\]]+\]:\s+(\S+)|(?:href|src)="([^"]+)"/gm;

/**
 * The faults of a package of these files; empty if there are none.
 * @param folder the package's own, which the files are read from
 * @param files paths in it, as `npm pack --json` gives them
 */
export function faultsOfPackage(folder: string, files: readonly string[]): string[] {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  const there = new Set(files);
  const has = (name: string): boolean =>
    name === '.' || there.has(name) || files.some((each) => each.startsWith(`${name}/`));
  const faults: string[] = [];
  for (const [of, target] of targetsOf(manifest))
    if (!there.has(path.posix.normalize(target))) faults.push(`${of}: ${target} is not in the package`);
  for (const entry of manifest.files ?? [])
    if (!entry.startsWith('!') && !has(path.posix.normalize(entry)))
      faults.push(`files: nothing of ${entry} is in the package`);
  for (const page of files.filter((each) => each.endsWith('.md')))
    for (const link of linksOf(readFileSync(path.join(folder, page), 'utf8')))
      if (!has(path.posix.join(path.posix.dirname(page), link)))
        faults.push(`${page}: ${link} is not in the package`);
  return faults;
}

/** [where it is named, file] of everything that package.json lets programs load. */
function targetsOf(manifest: Manifest): [string, string][] {
  const { main, types, bin = {}, exports = {} } = manifest;
  const found: [string, string][] = [];
  if (main !== undefined) found.push(['main', main]);
  if (types !== undefined) found.push(['types', types]);
  for (const [name, file] of Object.entries(bin)) found.push([`bin.${name}`, file]);
  const visit = (at: string, target: Target): void => {
    if (typeof target === 'string') found.push([at, target]);
    else for (const [name, rest] of Object.entries(target ?? {})) visit(`${at}["${name}"]`, rest);
  };
  visit('exports', exports);
  return found;
}

/** Relative links of a page, without what follows a `#`; code is not looked at. */
function linksOf(page: string): string[] {
  const text = page.replace(/^ *```.*?^ *```/gms, '').replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(LINK)]
    .map(([, inline, reference, attribute]) => (inline ?? reference ?? attribute ?? '').replace(/#.*$/, ''))
    .filter((link) => link !== '' && !/^[a-z][a-z+.-]*:/i.test(link))
    .map((link) => link.replace(/\/$/, ''));
}
