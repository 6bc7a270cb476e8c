// Child processes receive the name of a contender and load it themselves.
import type { Contender } from '../harness/types.js';

/** The name of a contender for a child process, and what its environment needs so that it finds the same contender. */
export function forChild({ name, inChild }: Contender): NonNullable<Contender['inChild']> {
  return inChild ?? { contender: name, env: {} };
}

/** The default export of bench/contenders/NAME.ts. */
export async function contenderByName(name: string): Promise<Contender> {
  const url = new URL(`../contenders/${name}.ts`, import.meta.url);
  const module = (await import(url.href)) as { default: Contender };
  return module.default;
}
