// One name of a pattern with groups such as `!(a|b)` or `*(ab)`, as a small program over the characters of a name.
//
// Running it visits each pair of an instruction and a position once. What the inside of `!(…)` matches from a position on is
// found by a run of its own, and remembered.
import { DOT } from './letters.js';
import type { Token } from './name-syntax.js';
import { testOf } from './token-test.js';

/** How names are compared. */
export interface NameOptions {
  /** Wildcards match a dot at the beginning of a name. */
  dot: boolean;
  noCase: boolean;
}

type Instruction =
  // Takes a character that fits.
  | { kind: 'take'; fits: (code: number) => boolean; isDot: boolean }
  // Goes on at any of these.
  | { kind: 'fork'; to: number[]; isStar?: boolean }
  // Takes any characters but those that the instructions up to `end` take.
  | { kind: 'except'; end: number }
  | { kind: 'accept' };

export class NameProgram {
  readonly #instructions: Instruction[] = [];
  readonly #dot: boolean;
  readonly #noCase: boolean;

  constructor(tokens: readonly Token[], o: NameOptions) {
    this.#dot = o.dot;
    this.#noCase = o.noCase;
    this.#addAll(tokens);
    this.#instructions.push({ kind: 'accept' });
  }

  /** Whether a name that begins with a dot may fit. */
  get mayBeHidden(): boolean {
    return this.#dot || this.#instructions.some((each) => each.kind === 'take' && each.isDot);
  }

  fits(name: string): boolean {
    return new Run(this.#instructions, name, this.#dot).endsFrom(0, 0).at(-1) === 1;
  }

  #addAll(tokens: readonly Token[]): void {
    for (const token of tokens) {
      if (token.kind === 'group') this.#addGroup(token);
      else if (token.kind === 'star') this.#addLoop(() => this.#addTake({ kind: 'any' }), true);
      else this.#addTake(token);
    }
  }

  #addTake(token: Token): void {
    const isDot = token.kind === 'character' && token.code === DOT;
    this.#instructions.push({ kind: 'take', fits: testOf(token, this.#noCase), isDot });
  }

  #addGroup({ operator, alternatives }: Token & { kind: 'group' }): void {
    const add = (): void => this.#addAlternatives(alternatives);
    if (operator === '*') this.#addLoop(add);
    else if (operator === '+') {
      const begin = this.#instructions.length;
      add();
      this.#instructions.push({ kind: 'fork', to: [begin, this.#instructions.length + 1] });
    } else if (operator === '!') {
      const except: Instruction = { kind: 'except', end: 0 };
      this.#instructions.push(except);
      add();
      this.#instructions.push({ kind: 'accept' });
      except.end = this.#instructions.length;
    } else this.#addAlternatives(operator === '?' ? [...alternatives, []] : alternatives);
  }

  /** What `add` adds, any number of times. */
  #addLoop(add: () => void, isStar = false): void {
    const fork: Instruction = { kind: 'fork', to: [], isStar };
    const begin = this.#instructions.push(fork) - 1;
    add();
    this.#instructions.push({ kind: 'fork', to: [begin] });
    fork.to = [begin + 1, this.#instructions.length];
  }

  #addAlternatives(alternatives: readonly (readonly Token[])[]): void {
    const fork: Instruction = { kind: 'fork', to: [] };
    this.#instructions.push(fork);
    const exits: { to: number[] }[] = [];
    for (const tokens of alternatives) {
      fork.to.push(this.#instructions.length);
      this.#addAll(tokens);
      const exit: Instruction = { kind: 'fork', to: [] };
      this.#instructions.push(exit);
      exits.push(exit);
    }
    for (const exit of exits) exit.to.push(this.#instructions.length);
  }
}

/** A program and one name. */
class Run {
  readonly #instructions: readonly Instruction[];
  readonly #codes: readonly number[];
  readonly #hidden: boolean;
  readonly #remembered = new Map<number, Uint8Array>();

  constructor(instructions: readonly Instruction[], name: string, dot: boolean) {
    this.#instructions = instructions;
    this.#codes = Array.from(name, (character) => character.codePointAt(0)!);
    // A leading dot is matched by a dot only: not behind `*` or `!(…)`, even where they take nothing.
    this.#hidden = !dot && this.#codes[0] === DOT;
  }

  /** For each position 1 where the instructions from `begin` to their `accept` take what lies between `from` and it. */
  endsFrom(begin: number, from: number): Uint8Array {
    const width = this.#codes.length + 1;
    const key = begin * width + from;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const ends = new Uint8Array(width);
    this.#remembered.set(key, ends);
    const visited = new Set<number>();
    const pending: number[] = [];
    const visit = (index: number, position: number): void => {
      const pair = index * width + position;
      if (visited.has(pair)) return;
      visited.add(pair);
      pending.push(pair);
    };
    visit(begin, from);
    for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
      const position = pair % width;
      const index = (pair - position) / width;
      const instruction = this.#instructions[index]!;
      if (instruction.kind === 'accept') ends[position] = 1;
      else if (instruction.kind === 'fork') {
        if (instruction.isStar === true && this.#isHiddenAt(position)) continue;
        for (const to of instruction.to) visit(to, position);
      } else if (instruction.kind === 'take') {
        if (this.#takes(instruction, position)) visit(index + 1, position + 1);
      } else if (!this.#isHiddenAt(position)) {
        const inside = this.endsFrom(index + 1, position);
        for (let end = position; end < width; end++) if (inside[end] === 0) visit(instruction.end, end);
      }
    }
    return ends;
  }

  #takes({ fits, isDot }: Instruction & { kind: 'take' }, position: number): boolean {
    const code = this.#codes[position];
    return code !== undefined && fits(code) && (isDot || !this.#isHiddenAt(position));
  }

  #isHiddenAt(position: number): boolean {
    return position === 0 && this.#hidden;
  }
}
