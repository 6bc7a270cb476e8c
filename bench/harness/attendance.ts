// Finds the contenders that can take part on this machine, and their versions.
import { versionOf } from '../support/installed.js';
import type { Absent, Contender, Context } from './types.js';

const reasons = new Map<Contender, Promise<string | undefined>>();

/** The contenders that can take part, and the others with their reasons. Each is asked once per run. */
export async function whoIsAble(
  contenders: readonly Contender[],
  context: Context,
): Promise<{ able: Contender[]; absent: Absent[] }> {
  const able: Contender[] = [];
  const absent: Absent[] = [];
  for (const contender of contenders) {
    const asked = reasons.get(contender) ?? Promise.resolve(contender.whyNot?.(context));
    reasons.set(contender, asked);
    const reason = await asked;
    if (reason === undefined) able.push(contender);
    else absent.push({ contender: contender.name, reason });
  }
  return { able, absent };
}

/** What was measured, such as `piscina 5.3.2`; undefined for what belongs to the runtime or the benchmark. */
export function versionsOf(contender: Contender): string | undefined {
  if (contender.package !== undefined) return `${contender.package} ${versionOf(contender.package)}`;
  const version = contender.version?.();
  return version === undefined || version.startsWith(contender.name)
    ? version
    : `${contender.name} ${version}`;
}
