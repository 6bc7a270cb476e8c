// The reference as one plain text, from typedoc's model: for readers that are programs, and for grep.

interface Part {
  kind: string;
  text: string;
}
interface Comment {
  summary: Part[];
  blockTags?: { tag: string; name?: string; content: Part[] }[];
}
interface Type {
  type: string;
  name?: string;
  typeArguments?: Type[];
  [key: string]: unknown;
}
interface Parameter {
  name: string;
  comment?: Comment;
  type?: Type;
  flags?: { isOptional?: boolean; isRest?: boolean };
  defaultValue?: string;
}
/** The properties of a node of typedoc's model that the text uses. */
export interface Reflection {
  name: string;
  kind: number;
  comment?: Comment;
  children?: Reflection[];
  signatures?: (Reflection & { parameters?: Parameter[]; type?: Type })[];
  getSignature?: Reflection & { type?: Type };
  type?: Type;
  flags?: { isOptional?: boolean };
}

const MODULE = 2;
const NAMESPACE = 4;
const REFERENCE = 4_194_304;
const CONTAINERS: Record<number, string> = { 128: 'class', 256: 'interface' };
/** The kind of a node of typedoc's model that is a document. */
const DOCUMENT = 8_388_608;

const prose = (parts: readonly Part[]): string => parts.map(({ text }) => text).join('');

function literal(value: string | number | boolean | null): string {
  if (typeof value === 'string') return `'${value}'`;
  return value === null ? 'null' : String(value);
}

/** A type as TypeScript writes it, as far as a reader needs it. */
function typeText(type: Type | undefined): string {
  if (type === undefined) return 'unknown';
  const types = (type.types ?? type.elements) as Type[] | undefined;
  switch (type.type) {
    case 'union':
      return types!.map(typeText).join(' | ');
    case 'intersection':
      return types!.map(typeText).join(' & ');
    case 'tuple':
      return `[${types!.map(typeText).join(', ')}]`;
    case 'namedTupleMember':
      return `${type.name as string}: ${typeText(type.element as Type)}`;
    case 'array':
      return `${typeText(type.elementType as Type)}[]`;
    case 'literal':
      return literal(type.value as string);
    case 'typeOperator':
      return `${type.operator as string} ${typeText(type.target as Type)}`;
    case 'reference': {
      const given = type.typeArguments;
      const name = type.name as string;
      return given === undefined ? name : `${name}<${given.map(typeText).join(', ')}>`;
    }
    case 'reflection':
      return objectText(type.declaration as Reflection);
    case 'query':
      return `typeof ${typeText(type.queryType as Type)}`;
    default:
      return typeof type.name === 'string' ? type.name : '...';
  }
}

function objectText({ children = [], signatures = [] }: Reflection): string {
  const call = signatures[0];
  if (call !== undefined && children.length === 0) {
    return `(${parameterText(call.parameters)}) => ${typeText(call.type)}`;
  }
  const members = children.map(({ name, type, signatures: calls, flags }) => {
    const mark = flags?.isOptional === true ? '?' : '';
    if (calls !== undefined) {
      return `${name}${mark}(${parameterText(calls[0]!.parameters)}): ${typeText(calls[0]!.type)}`;
    }
    return `${name}${mark}: ${typeText(type)}`;
  });
  return `{ ${members.join('; ')} }`;
}

function parameterText(parameters: readonly Parameter[] = []): string {
  return parameters
    .map(({ name, type, flags, defaultValue }) => {
      const mark = flags?.isOptional === true || defaultValue !== undefined ? '?' : '';
      return `${flags?.isRest === true ? '...' : ''}${name}${mark}: ${typeText(type)}`;
    })
    .join(', ');
}

const TITLES: Record<string, string> = {
  '@returns': 'Returns',
  '@throws': 'Errors',
  '@cancelling': 'Cancelling',
  '@platforms': 'Platforms',
  '@example': 'Example',
  '@param': 'Argument',
  '@see': 'See',
  '@default': 'Default',
};

function commentLines(comment: Comment | undefined, indent: string): string[] {
  if (comment === undefined) return [];
  const lines = prose(comment.summary).split('\n');
  for (const { tag, name, content } of comment.blockTags ?? []) {
    const title = TITLES[tag] ?? tag.slice(1);
    lines.push(`${title}: ${name === undefined ? '' : `${name}: `}${prose(content).trim()}`);
  }
  return lines.flatMap((each) => each.split('\n')).map((each) => `${indent}${each}`.trimEnd());
}

function memberLines(member: Reflection, indent: string): string[] {
  const { name, signatures, getSignature, type, comment, flags } = member;
  const inner = `${indent}    `;
  if (signatures !== undefined) {
    return signatures.flatMap((each) => [
      `${indent}${name}(${parameterText(each.parameters)}): ${typeText(each.type)}`,
      ...commentLines(each.comment, inner),
      ...(each.parameters ?? [])
        .filter((parameter) => parameter.comment !== undefined)
        .map(({ name: argument, comment: said }) => `${inner}${argument}: ${prose(said!.summary).trim()}`),
    ]);
  }
  const mark = flags?.isOptional === true ? '?' : '';
  const shown = getSignature?.type ?? type;
  return [
    `${indent}${name}${mark}: ${typeText(shown)}`,
    ...commentLines(getSignature?.comment ?? comment, inner),
  ];
}

function lines(node: Reflection): string[] {
  return (node.children ?? []).flatMap((child): string[] => {
    if (child.kind === REFERENCE || child.kind === DOCUMENT) return [];
    if (child.kind === MODULE || child.kind === NAMESPACE) {
      const title = child.kind === MODULE && child.name !== 'index' ? `uvfiles/${child.name}` : child.name;
      return ['', `## ${child.name === 'index' ? 'uvfiles' : title}`, '', ...lines(child)];
    }
    const container = CONTAINERS[child.kind];
    if (container === undefined) return [...memberLines(child, ''), ''];
    return [
      `${container} ${child.name}`,
      ...commentLines(child.comment, '    '),
      ...(child.children ?? []).flatMap((member) => memberLines(member, '  ')),
      '',
    ];
  });
}

/** All public names, with their types and documentation. */
export function apiText(project: Reflection, version: string): string {
  const text = [`# uvfiles ${version}: every public name`, ...lines(project)].join('\n');
  return `${text.replace(/\n{3,}/g, '\n\n').trimEnd()}\n`;
}
