// Names that cannot be guessed.

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 16;

/** 80 random bits as 16 characters, which are distinct even on a file system that ignores case. */
export function randomName(): string {
  let name = '';
  // The global `crypto`, because importing node:crypto costs as much as half of the library.
  for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH)))
    name += LETTERS.charAt(byte % LETTERS.length);
  return name;
}
