// Names that nobody can guess.

const RANDOM_BYTES = 10;

/** 80 random bits as hexadecimal digits. */
export function randomName(): string {
  // The global: importing node:crypto costs as much as half of the library.
  return Buffer.from(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))).toString('hex');
}
