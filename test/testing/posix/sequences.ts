// Random sequences of operations on a few names, which therefore interact. The seed makes each repeatable.
import { constants } from 'node:fs';

import type { Operation } from './operations.js';

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants;

/** Numbers below `n`, the same for the same seed (xorshift). */
export function randomFrom(seed: number): (n: number) => number {
  let state = (seed * 2654435761 + 88675123) >>> 0 || 1;
  return (n) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % n;
  };
}

/** The directory of the sequences: so deep that no `..` leads out of the tree. */
export const TOP = '/1/2/3/4/5/6/7/8';

/** Makes TOP, and something in it. */
export const BEGINNING: readonly Operation[] = [
  ...[...TOP.matchAll(/\/\d/g)].map(({ index }): Operation => ['mkdir', TOP.slice(0, index + 2), 0o777]),
  ['chmod', TOP, 0o777],
  ['mkdir', `${TOP}/a`, 0o777],
  ['mkdir', `${TOP}/a/b`, 0o777],
  ['open', `${TOP}/a/c`, O_WRONLY | O_CREAT, 0o666],
  ['symlink', 'a', `${TOP}/d`],
];

const NAMES = ['a', 'b', 'c', 'd', 'ä'];
const MODES = [
  0o777, 0o755, 0o700, 0o644, 0o600, 0o555, 0o444, 0o111, 0, 0o1777, 0o2775, 0o4755, 0o6777, 0o2755,
];
const FLAGS = [
  O_RDONLY,
  O_WRONLY,
  O_RDWR,
  O_RDONLY | O_NOFOLLOW,
  O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
  O_WRONLY | O_TRUNC,
  O_WRONLY | O_CREAT,
  O_RDWR | O_CREAT | O_EXCL,
  O_WRONLY | O_CREAT | O_TRUNC,
  O_WRONLY | O_CREAT | O_APPEND,
  O_RDWR | O_CREAT | O_NOFOLLOW,
  O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
];
/** Users that sequences change between. */
export const USERS: readonly (readonly [uid: number, gid: number])[] = [
  [0, 0],
  [1001, 1001],
  [1001, 1002],
  [1002, 1001],
];

/** Makes a sequence; with `users`, it changes between users. */
export function sequence(seed: number, length: number, users: boolean): (Operation | { become: number })[] {
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)]!;
  const somePath = (): string => {
    let path = TOP;
    for (let depth = pick([1, 1, 1, 2, 2, 3]); depth > 0; depth--) {
      const dots = random(14);
      path += `/${dots === 0 ? '.' : dots === 1 ? '..' : pick(NAMES)}`;
      if (random(20) === 0) path += '/';
    }
    if (random(150) === 0) path += 'n'.repeat(260);
    return random(12) === 0 ? `${path}/` : path;
  };
  const target = (): string =>
    random(2) === 0 ? somePath() : pick(['a', 'b/c', './d', '../a', 'c/', '.', '..', 'b/../c']);
  const makers: (() => Operation)[] = [
    () => ['open', somePath(), pick(FLAGS), pick(MODES)],
    () => ['open', somePath(), O_WRONLY | O_CREAT, 0o666],
    () => ['write', somePath(), 'x'.repeat(random(30)), O_WRONLY],
    () => ['write', somePath(), 'yz', O_WRONLY | O_APPEND],
    () => ['read', somePath()],
    () => ['stat', somePath()],
    () => ['lstat', somePath()],
    () => ['list', somePath()],
    () => ['unlink', somePath()],
    () => ['mkdir', somePath(), pick(MODES)],
    () => ['mkdir', somePath(), 0o777],
    () => ['rmdir', somePath()],
    () => ['rename', somePath(), somePath()],
    () => ['rename', somePath(), somePath()],
    () => ['link', somePath(), somePath()],
    () => ['symlink', target(), somePath()],
    () => ['readlink', somePath()],
    () => ['realpath', somePath()],
    () => ['chmod', somePath(), pick(MODES)],
    () => ['truncate', somePath(), random(40)],
    () => [pick(['utimes', 'lutimes']), somePath(), 1_000_000 + random(1000), 2_000_000 + random(1000)],
    () => [pick(['chown', 'lchown']), somePath(), pick([0, 1001, 1002]), pick([0, 1001, 1002])],
  ];
  return Array.from({ length }, () =>
    users && random(8) === 0 ? { become: random(USERS.length) } : pick(makers)(),
  );
}
