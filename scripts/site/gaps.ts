// Finds gaps in the reference: public names without documentation, functions and methods without one of the common
// headings, and classes and variables without an example.
import type { Reflection } from './api-text.js';

const FUNCTION = 64;
const METHOD = 2048;
/** Modules, classes, interfaces and other containers of names. */
const CONTAINERS = new Set([1, 2, 4, 128, 256]);
/** Variables, functions, classes, interfaces, properties, methods, accessors, aliases. */
const NAMED = new Set([32, FUNCTION, 128, 256, 1024, METHOD, 262_144, 2_097_152]);
/** Variables and classes, which need an example. */
const SHOWN = new Set([32, 128]);
/** The functions of this module are Node's, and documented there. */
const NODES = 'promises';

function isTold(node: Reflection): boolean {
  const places = [
    node.comment,
    node.getSignature?.comment,
    ...(node.signatures ?? []).map((each) => each.comment),
  ];
  return places.some((comment) => comment !== undefined);
}

/** What each function and method describes, in this order. */
const HEADINGS = {
  '@returns': 'what it returns',
  '@throws': 'its errors',
  '@cancelling': 'what an abort does',
  '@platforms': 'how platforms differ',
  '@example': 'how to use it',
};

type Headings = Set<string>;

const headingsOf = (node: Reflection): Headings =>
  new Set(
    [node.comment, ...(node.signatures ?? []).map((each) => each.comment)].flatMap(
      (comment) => comment?.blockTags?.map(({ tag }) => tag) ?? [],
    ),
  );

/** Whether it has a result to describe. */
function resolvesToNothing({ signatures = [] }: Reflection): boolean {
  return signatures.every(({ type }) => {
    const result = type?.name === 'Promise' ? type.typeArguments?.[0] : type;
    return result?.name === 'void';
  });
}

/** The headings that `node` lacks. Those in the comment of a class hold for each of its methods. */
function missingHeadings(node: Reflection, container: Reflection): string[] {
  const found = headingsOf(node);
  if (node.kind === METHOD) {
    for (const tag of headingsOf(container)) found.add(tag);
    if (resolvesToNothing(node)) found.add('@returns');
  }
  return Object.entries(HEADINGS)
    .filter(([tag]) => !found.has(tag))
    .map(([tag, what]) => `does not say ${what} (${tag})`);
}

/** One line for each gap. */
export function gaps(node: Reflection, path = ''): string[] {
  return (node.children ?? []).flatMap((child) => {
    if (child.name === NODES) return [];
    const name = path === '' ? child.name : `${path}.${child.name}`;
    const found = CONTAINERS.has(child.kind) ? gaps(child, name) : [];
    if (NAMED.has(child.kind) && !isTold(child)) found.push(`${name} has no documentation`);
    if (!isTold(child)) return found;
    if (child.kind === FUNCTION || child.kind === METHOD)
      found.push(...missingHeadings(child, node).map((each) => `${name} ${each}`));
    if (SHOWN.has(child.kind) && !headingsOf(child).has('@example'))
      found.push(`${name} does not say ${HEADINGS['@example']} (@example)`);
    return found;
  });
}
