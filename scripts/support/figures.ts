// The figures of a run of test/reliability, and those that docs/reliability.md shows: `7,864 faults injected`, in the last column of its table.

/**
 * A run can have this much less than the published figures, because the number of crash states depends on the order of
 * threads.
 */
const LEAST = 0.25;
/** Figures that are smaller on a slow machine. */
const BY_SPEED = ['actions of clients', 'handles that clients forgot', 'bytes compared beside a secret file'];

/** Figures by name. */
type Figures = ReadonlyMap<string, number>;

/**
 * Reads what tests have left in the file of UVFILES_FIGURES. Figures of the same name are added up.
 * @throws Error for a line that is no figure
 */
export function parseFigures(text: string): Figures {
  const sums = new Map<string, number>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const { name, value } = JSON.parse(line) as { name?: unknown; value?: unknown };
    if (typeof name !== 'string' || typeof value !== 'number' || !(value > 0))
      throw new Error(`no figure: ${line}`);
    sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return sums;
}

/**
 * The page with these figures in the places of the old ones.
 * @throws Error where the page has no place for one of them, or two
 */
export function withFigures(page: string, figures: Figures): string {
  let written = page;
  for (const [name, value] of figures) {
    const { index, length } = placeOf(written, name);
    written = `${written.slice(0, index)}${value.toLocaleString('en-US')}${written.slice(index + length)}`;
  }
  return written;
}

/**
 * The figures of these names that a page shows.
 * @throws Error where one is missing, there twice, or malformed
 */
export function figuresOn(page: string, names: Iterable<string>): Figures {
  const figures = new Map<string, number>();
  for (const name of names) {
    const { index, length } = placeOf(page, name);
    const text = page.slice(index, index + length);
    const value = Number(text.replaceAll(',', ''));
    if (!(value > 0) || value.toLocaleString('en-US') !== text)
      throw new Error(`this is no number: ${text} ${name}`);
    figures.set(name, value);
  }
  return figures;
}

/** The published figures that are stale, compared with those of a run. Tests that were skipped or failed leave none. */
export function staleFigures(published: Figures, run: Figures): string[] {
  return [...run].flatMap(([name, value]) => {
    const shown = published.get(name) ?? 0;
    const isStale = value < shown * LEAST && !BY_SPEED.includes(name);
    return isStale ? [`the page shows ${shown} ${name}, and the run had ${value}`] : [];
  });
}

/** Where the number of a figure stands: in a cell of a table, alone or behind a semicolon. */
function placeOf(page: string, name: string): { index: number; length: number } {
  const places = [...page.matchAll(new RegExp(`(?<=[|;] )([\\d,]+) ${name}(?= \\||;)`, 'g'))];
  if (places.length !== 1)
    throw new Error(`the page shows ${places.length} figures of ${name}, and should show one`);
  return { index: places[0]!.index, length: places[0]![1]!.length };
}
