// Reads fenced blocks, links and headings from Markdown, for the tests of the documentation.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { root } from './temp.js';

/** A fenced block: the words after the fence, what is in it, and the line where it begins. */
export interface Fence {
  readonly language: string;
  /** `run`: a program. `output`: what the program before it prints. */
  readonly mark: string;
  readonly code: string;
  readonly line: number;
}

/** Every page that users and contributors read, relative to the repository. */
export function pages(): string[] {
  const docs = readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const top = ['README.md', 'llms.txt', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
  return [...top, ...docs.map((name) => `docs/${name}`)];
}

export function read(page: string): string {
  return readFileSync(path.join(root, page), 'utf8');
}

export function fencesOf(text: string): Fence[] {
  const found: Fence[] = [];
  for (const match of text.matchAll(/^```(\w*)[ \t]*(\w*)\n([^]*?)^```$/gm)) {
    const [, language = '', mark = '', code = ''] = match;
    found.push({ language, mark, code, line: text.slice(0, match.index).split('\n').length });
  }
  return found;
}

/** A program of a page, and what it prints where the page shows that. */
export interface Program {
  readonly code: string;
  readonly line: number;
  readonly output: string | undefined;
}

/** The blocks that are marked `run`. A block marked `output` right after one is what it prints. */
export function programsOf(text: string): Program[] {
  const fences = fencesOf(text);
  return fences.flatMap(({ mark, code, line }, i) => {
    if (mark !== 'run') return [];
    const next = fences[i + 1];
    return [{ code, line, output: next?.mark === 'output' ? next.code : undefined }];
  });
}

/** Links to files of the repository: `[text](target#anchor)`. Code is left out. */
export function linksOf(text: string): { target: string; anchor: string | undefined }[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((link) => !/^[a-z]+:/i.test(link))
    .map((link) => {
      const [target = '', anchor] = link.split('#');
      return { target, anchor };
    });
}

/** The anchors that GitHub gives to headings. */
export function anchorsOf(text: string): Set<string> {
  const headings = [...text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)];
  return new Set(
    headings.map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
