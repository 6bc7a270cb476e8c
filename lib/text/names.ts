// The Unicode name of a character, for the namereplace handler only.
export function characterName(_codePoint: number): string | undefined {
  return undefined;
}
