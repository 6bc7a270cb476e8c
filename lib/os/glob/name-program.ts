// One name of a pattern with groups such as `!(a|b)` or `*(ab)`, as a small program over the characters of a name.
//
// Running it visits each pair of an instruction and a position once. A separate part of the run finds what the inside of
// `!(…)` matches from a position on, and the result is cached.
import { DOT } from './letters.js';
import { testOf, type Token } from './name-syntax.js';

/** How names are compared. */
export interface NameOptions {
  /** Whether wildcards match a dot at the beginning of a name. */
  dot: boolean;
  noCase: boolean;
}

type Instruction =
  // Matches one character.
  | { kind: 'take'; fits: (code: number) => boolean; isDot: boolean }
  // Continues at any of these.
  | { kind: 'fork'; to: number[]; isStar?: boolean }
  // Matches any characters except those that the instructions up to `end` match.
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

  /** Whether a name that begins with a dot can match. */
  get mayBeHidden(): boolean {
    return this.#dot || this.#instructions.some((each) => each.kind === 'take' && each.isDot);
  }

  fits(name: string): boolean {
    return new Run(this.#instructions, name, this.#dot).fits;
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

  /** Any number of repetitions of what `add` adds. */
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

const BITS = 32;

/** A program and one name. Sets of positions in the name are bits in words. */
class Run {
  readonly #instructions: readonly Instruction[];
  readonly #codes: readonly number[];
  readonly #hidden: boolean;
  readonly #words: number;
  // The positions at which each instruction has been visited, in the part of the run with the same stamp. Instructions
  // inside of an exception belong only to parts of that exception, which run one after another.
  readonly #visited: Int32Array;
  readonly #stamps: Uint32Array;
  #stamp = 0;
  readonly #remembered = new Map<number, Int32Array>();

  constructor(instructions: readonly Instruction[], name: string, dot: boolean) {
    this.#instructions = instructions;
    this.#codes = Array.from(name, (character) => character.codePointAt(0)!);
    // Only a dot matches a leading dot, and not after `*` or `!(…)`, even if they match nothing.
    this.#hidden = !dot && this.#codes[0] === DOT;
    this.#words = Math.floor(this.#codes.length / BITS) + 1;
    this.#visited = new Int32Array(instructions.length * this.#words);
    this.#stamps = new Uint32Array(instructions.length);
  }

  /** Whether the program matches the whole name. */
  get fits(): boolean {
    const { length } = this.#codes;
    return (this.#endsFrom(0, 0)[this.#words - 1]! & (1 << (length % BITS))) !== 0;
  }

  /** The positions up to which the instructions from `begin` to their `accept` match, starting at `from`. */
  #endsFrom(begin: number, from: number): Int32Array {
    const width = this.#codes.length + 1;
    const key = begin * width + from;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const ends = new Int32Array(this.#words);
    this.#remembered.set(key, ends);
    const stamp = ++this.#stamp;
    const pending: number[] = [];
    this.#visit(begin, from, stamp, pending);
    for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
      const position = pair % width;
      const index = (pair - position) / width;
      const instruction = this.#instructions[index]!;
      if (instruction.kind === 'accept') ends[Math.floor(position / BITS)]! |= 1 << (position % BITS);
      else if (instruction.kind === 'take') {
        if (this.#takes(instruction, position)) this.#visit(index + 1, position + 1, stamp, pending);
      } else if (instruction.kind === 'fork') {
        if (instruction.isStar === true && this.#isHiddenAt(position)) continue;
        for (const to of instruction.to) this.#visit(to, position, stamp, pending);
      } else if (!this.#isHiddenAt(position)) {
        const inside = this.#endsFrom(index + 1, position);
        this.#visitOthers(instruction.end, position, inside, stamp, pending);
      }
    }
    return ends;
  }

  #visit(index: number, position: number, stamp: number, pending: number[]): void {
    this.#clearOnce(index, stamp);
    const word = index * this.#words + Math.floor(position / BITS);
    const bit = 1 << (position % BITS);
    if ((this.#visited[word]! & bit) !== 0) return;
    this.#visited[word]! |= bit;
    pending.push(index * (this.#codes.length + 1) + position);
  }

  /** Visits an instruction at all positions from `first` on that are not `inside`. */
  #visitOthers(index: number, first: number, inside: Int32Array, stamp: number, pending: number[]): void {
    this.#clearOnce(index, stamp);
    for (let word = Math.floor(first / BITS); word < this.#words; word++) {
      let others = ~(inside[word]! | this.#visited[index * this.#words + word]!);
      for (; others !== 0; others &= others - 1) {
        const position = word * BITS + 31 - Math.clz32(others & -others);
        if (position > this.#codes.length) break;
        if (position >= first) this.#visit(index, position, stamp, pending);
      }
    }
  }

  #clearOnce(index: number, stamp: number): void {
    if (this.#stamps[index] === stamp) return;
    this.#stamps[index] = stamp;
    this.#visited.fill(0, index * this.#words, (index + 1) * this.#words);
  }

  #takes({ fits, isDot }: Instruction & { kind: 'take' }, position: number): boolean {
    const code = this.#codes[position];
    return code !== undefined && fits(code) && (isDot || !this.#isHiddenAt(position));
  }

  #isHiddenAt(position: number): boolean {
    return position === 0 && this.#hidden;
  }
}
