// The bytes of one file, in pieces: holes cost nothing, appending copies nothing, and a snapshot shares what is unchanged.

/** The size of a region, which is the most that a byte in a hole occupies, as with the pages of tmpfs. */
const PIECE = 4096;

/** The largest file. */
export const LARGEST_FILE = Number.MAX_SAFE_INTEGER;

/** The number of bytes that a file system has left. */
export class Space {
  readonly limit: number;
  used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Takes up to `count` bytes, and returns how many. */
  take(count: number): number {
    const taken = Math.max(0, Math.min(count, this.limit - this.used));
    this.used += taken;
    return taken;
  }

  giveBack(count: number): void {
    this.used -= count;
  }
}

/** The part of a piece that a snapshot keeps. */
interface Kept {
  readonly bytes: Buffer;
  readonly length: number;
}

/** `bytes` has `length` bytes of the file, and room behind them; the first `shared` belong to a snapshot, too. */
interface Piece {
  bytes: Buffer;
  length: number;
  shared: number;
}

/** The content of a file at one time. */
export interface Snapshot {
  readonly size: number;
  readonly pieces: ReadonlyMap<number, Kept>;
}

/** An empty content. */
export const EMPTY: Snapshot = { size: 0, pieces: new Map<number, Kept>() };

export class FileContent {
  size = 0;
  /** The number of bytes that occupy space. */
  stored = 0;
  readonly #space: Space;
  readonly #pieces = new Map<number, Piece>();

  constructor(space: Space) {
    this.#space = space;
  }

  /** Fills `target` from `position`, and returns the number of bytes. */
  read(target: Uint8Array, position: number): number {
    return copyOut(this.#pieces, this.size, target, position);
  }

  /** Up to `size` bytes from `position`. */
  slice(position: number, size: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(size, this.size - position)));
    this.read(bytes, position);
    return bytes;
  }

  /** Writes at `position`, and returns the number of bytes for which there was space. */
  write(data: Uint8Array, position: number): number {
    let done = 0;
    while (done < data.length) {
      const at = (position + done) % PIECE;
      const wanted = Math.min(PIECE - at, data.length - done);
      const piece = this.#pieceAt((position + done - at) / PIECE);
      const count = this.#grow(piece, at, wanted);
      if (count > 0) piece.bytes.set(data.subarray(done, done + count), at);
      done += count;
      if (count < wanted) break;
    }
    if (done > 0) this.size = Math.max(this.size, position + done);
    return done;
  }

  #pieceAt(index: number): Piece {
    let piece = this.#pieces.get(index);
    if (piece === undefined) this.#pieces.set(index, (piece = { bytes: NOTHING, length: 0, shared: 0 }));
    return piece;
  }

  // Makes `count` bytes at `at` writable, and returns the number of bytes for which there was space.
  #grow(piece: Piece, at: number, count: number): number {
    const before = piece.length;
    const needed = Math.max(0, at + count - before);
    const taken = needed === 0 ? 0 : this.#space.take(needed);
    if (taken < needed && before + taken <= at) {
      this.#space.giveBack(taken);
      return 0;
    }
    this.stored += taken;
    const length = before + taken;
    const overShared = Math.min(at, before) < piece.shared;
    if (overShared || length > piece.bytes.length) {
      // The first bytes get only the space that they need, because most files are small and written once.
      const room = before === 0 || length <= before ? length : Math.min(PIECE, Math.max(length, before * 2));
      const bytes = Buffer.allocUnsafe(room);
      piece.bytes.copy(bytes, 0, 0, before);
      piece.bytes = bytes;
      piece.shared = 0;
    }
    if (at > before) piece.bytes.fill(0, before, at);
    piece.length = length;
    return Math.min(count, length - at);
  }

  truncate(size: number): void {
    if (size < this.size) {
      for (const [index, piece] of this.#pieces) {
        const length = Math.min(piece.length, Math.max(0, size - index * PIECE));
        this.#space.giveBack(piece.length - length);
        this.stored -= piece.length - length;
        piece.length = length;
        if (length === 0) this.#pieces.delete(index);
      }
    }
    this.size = size;
  }

  /** The current content, without copying bytes. */
  snapshot(): Snapshot {
    const pieces = new Map<number, Kept>();
    for (const [index, piece] of this.#pieces) {
      piece.shared = Math.max(piece.shared, piece.length);
      pieces.set(index, { bytes: piece.bytes, length: piece.length });
    }
    return { size: this.size, pieces };
  }

  /** Gives this empty content the bytes of `snapshot`, and shares them. */
  restore(snapshot: Snapshot): void {
    for (const [index, { bytes, length }] of snapshot.pieces) {
      this.#space.used += length;
      this.stored += length;
      this.#pieces.set(index, { bytes, length, shared: bytes.length });
    }
    this.size = snapshot.size;
  }
}

const NOTHING = Buffer.alloc(0);

function copyOut(
  pieces: ReadonlyMap<number, Kept>,
  size: number,
  target: Uint8Array,
  position: number,
): number {
  const count = Math.max(0, Math.min(target.length, size - position));
  for (let done = 0; done < count;) {
    const at = (position + done) % PIECE;
    const wanted = Math.min(PIECE - at, count - done);
    const piece = pieces.get((position + done - at) / PIECE);
    const stored = piece === undefined ? 0 : Math.max(0, Math.min(wanted, piece.length - at));
    if (stored > 0) target.set(piece!.bytes.subarray(at, at + stored), done);
    if (stored < wanted) target.fill(0, done + stored, done + wanted);
    done += wanted;
  }
  return count;
}

/** Fills `target` with bytes of the snapshot from `position`, and returns their number. */
export function readSnapshot(snapshot: Snapshot, target: Uint8Array, position: number): number {
  return copyOut(snapshot.pieces, snapshot.size, target, position);
}

/** Where the bytes of both may differ: the starts of regions of `size` bytes. */
export function* regions(a: Snapshot, b: Snapshot, size: number): Generator<number> {
  const indexes = [...new Set([...a.pieces.keys(), ...b.pieces.keys()])].sort((x, y) => x - y);
  for (const index of indexes) {
    const length = Math.max(a.pieces.get(index)?.length ?? 0, b.pieces.get(index)?.length ?? 0);
    for (let at = 0; at < length; at += size) yield index * PIECE + at;
  }
}
