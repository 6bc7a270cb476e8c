// Numbers that are the same for the same seed.
import { invalidArgType, outOfRange } from '../errors/index.js';

/** Numbers from 0 to 1, without 1 (mulberry32). */
export type Random = () => number;

const MOST = 2 ** 32;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / MOST;
  };
}

/** A random seed. */
export const anySeed = (): number => Math.floor(Math.random() * MOST);

export function checkSeed(name: string, seed: unknown): asserts seed is number | undefined {
  if (seed === undefined) return;
  if (typeof seed !== 'number') throw invalidArgType(name, 'of type number', seed);
  if (!Number.isInteger(seed) || seed < 0 || seed >= MOST)
    throw outOfRange(name, 'an integer >= 0 && < 2 ** 32', seed);
}
