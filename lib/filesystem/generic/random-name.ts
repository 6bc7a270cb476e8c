// Names that cannot be guessed.

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 16;

/** 80 random bits as 16 characters, which stay distinct on a file system that folds case. */
export function randomName(): string {
  let name = '';
  // The global: importing node:crypto costs as much as half of the library.
  for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH)))
    name += LETTERS.charAt(byte % LETTERS.length);
  return name;
}
