// The names of the points of a curve, in tables and plots.
import type { Measured, Scaling } from './types.js';

const units = ['K', 'M', 'G'] as const;
const unitOf: Readonly<Record<string, number>> = { KiB: 0, MiB: 1 };

/** A point by its value: sizes in the largest unit that fits, such as `100M`; large numbers in thousands. */
export function pointName({ of, value }: Scaling): string {
  const unit = unitOf[of];
  if (unit === undefined)
    return value >= 10_000 ? `${Number((value / 1000).toPrecision(3))}k` : String(value);
  const further = value >= 1024 ? 1 : 0;
  return `${value / 1024 ** further}${units[unit + further]!}`;
}

/** The quantity that grows along the curve. */
export function axisOf({ of }: Scaling): string {
  if (of === 'in flight') return 'calls in flight';
  return unitOf[of] === undefined ? of : 'size in bytes';
}

/** A name for all points of a curve. */
export function curveTitle({ title, scaling }: Measured): string {
  return `${title.split(':')[0]!}, by ${axisOf(scaling!)}`;
}
