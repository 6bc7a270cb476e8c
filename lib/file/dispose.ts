// Symbol.asyncDispose if the runtime has it, else the symbol that Node itself uses in its place.

export const asyncDispose: typeof Symbol.asyncDispose =
  (Symbol as { asyncDispose?: typeof Symbol.asyncDispose }).asyncDispose ??
  (Symbol.for('nodejs.asyncDispose') as unknown as typeof Symbol.asyncDispose);
