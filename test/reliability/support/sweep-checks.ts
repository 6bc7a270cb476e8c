// What the fault sweep checks, and the files it uses.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

export const SIZE = 20_000;
export const OLD = Buffer.alloc(SIZE, 'old.');
export const LARGE = Buffer.alloc(2_000_000, 'large');
export const NEW = Buffer.alloc(SIZE + 1, 'new!');

export interface SweepOperation {
  /** Performs the operation. A rejection is a valid outcome. Returns what is wrong, or nothing. */
  run(at: (name: string) => string): Promise<string | undefined>;
  /** What is wrong with the files afterwards. `failed` is whether `run` rejected. */
  check?(at: (name: string) => string, failed: boolean): string | undefined;
  /** Files that it creates may stay if it rejects, because the caller gets the error of the removal. */
  mayLeave?: boolean;
}

export const contentOf = (file: string): Buffer | undefined => {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
};

/** The complete old or new content; after success, the new one. */
export const replaced = (
  file: string,
  failed: boolean,
  before: Buffer | null = OLD,
  after = NEW,
): string | undefined => {
  const content = contentOf(file);
  if (content?.equals(after) === true) return undefined;
  const isOld = content === undefined ? before === null : before?.equals(content) === true;
  if (!isOld) return `the file is neither old nor new, but has ${content?.length ?? 'no'} bytes`;
  return failed ? undefined : 'it succeeded, and the old content is there';
};

export const prefixOf = (file: string, whole: Buffer, failed: boolean): string | undefined => {
  const content = contentOf(file) ?? Buffer.alloc(0);
  if (!failed)
    return content.equals(whole) ? undefined : `it succeeded, and ${content.length} bytes are right`;
  return whole.subarray(0, content.length).equals(content) ? undefined : 'the bytes are wrong';
};

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Makes the files that the operations work on. */
export function prepare(at: (name: string) => string): void {
  writeFileSync(at('old'), OLD);
  writeFileSync(at('lines'), 'one\ntwo\nthree\n');
  mkdirSync(at('tree/d/e'), { recursive: true });
  for (const name of ['a', 'd/b', 'd/e/c']) writeFileSync(at(`tree/${name}`), name);
}

export const unless = (condition: boolean, fault: string): string | undefined =>
  condition ? undefined : fault;
export const sameTree = (at: (name: string) => string, top: string): string | undefined =>
  ['a', 'd/b', 'd/e/c']
    .map((name) => unless(contentOf(at(`${top}/${name}`))?.toString() === name, `${top}/${name} is wrong`))
    .find(Boolean);

/** Closes the file even if the work fails. The first failure counts. */
export async function using<F extends { close(): Promise<void> }, T>(
  file: F,
  work: (file: F) => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await work(file);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
  return result;
}
