// The part of XML that S3's responses need: elements without attributes, by name.

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replaceAll(/&(#x?[\da-f]+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return NAMED[name] ?? whole;
    return String.fromCodePoint(/^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1)));
  });
}

/** The inner XML of each element of this name. Elements must not contain elements of the same name. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, 'g'))].map((match) => match[1]!);
}

/** The text of the first element of this name. */
export function element(xml: string, name: string): string | undefined {
  const [first] = elements(xml, name);
  return first === undefined ? undefined : unescaped(first);
}

/** Text as the content of an element. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>\r]/g, (each) => `&#${each.charCodeAt(0)};`);
}

/** Whether a document is complete, and its first element has this name. */
export function isWhole(xml: string, root: string): boolean {
  if (!new RegExp(`^\\s*(<\\?[^>]*>\\s*)?<${root}[\\s/>]`).test(xml)) return false;
  return xml.trimEnd().endsWith(`</${root}>`) || /^[^<]*(<\?[^>]*>\s*)?<[^<>]*\/>\s*$/.test(xml);
}
