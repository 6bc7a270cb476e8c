// What the reference lacks: public names without a word about them, and functions without one of the headings that each has.
import type { Reflection } from './api-text.js';

const FUNCTION = 64;
const METHOD = 2048;
/** Modules, classes, interfaces and so on: what holds names of its own. */
const CONTAINERS = new Set([1, 2, 4, 128, 256]);
/** Variables, functions, classes, interfaces, properties, methods, accessors, aliases. */
const NAMED = new Set([32, FUNCTION, 128, 256, 1024, METHOD, 262_144, 2_097_152]);
/** Its functions are Node's, which documents them. */
const NODES = 'promises';

function isTold(node: Reflection): boolean {
  const places = [
    node.comment,
    node.getSignature?.comment,
    ...(node.signatures ?? []).map((each) => each.comment),
  ];
  return places.some((comment) => comment !== undefined);
}

/** What each function says, in this order. */
const HEADINGS = {
  '@returns': 'what it returns',
  '@throws': 'its errors',
  '@cancelling': 'what an abort does',
  '@platforms': 'how platforms differ',
  '@example': 'an example',
};

function missingHeadings(node: Reflection): string[] {
  const tags = (node.signatures ?? []).flatMap(
    (each) => each.comment?.blockTags?.map(({ tag }) => tag) ?? [],
  );
  return Object.entries(HEADINGS)
    .filter(([tag]) => !tags.includes(tag))
    .map(([tag, what]) => `does not say ${what} (${tag})`);
}

/** One line for each gap. */
export function gaps(node: Reflection, path = ''): string[] {
  return (node.children ?? []).flatMap((child) => {
    if (child.name === NODES) return [];
    const name = path === '' ? child.name : `${path}.${child.name}`;
    const found = CONTAINERS.has(child.kind) ? gaps(child, name) : [];
    if (NAMED.has(child.kind) && !isTold(child)) found.push(`${name} has no documentation`);
    if (child.kind === FUNCTION && isTold(child))
      found.push(...missingHeadings(child).map((each) => `${name} ${each}`));
    return found;
  });
}
