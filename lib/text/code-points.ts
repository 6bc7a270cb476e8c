// Counting characters as Python does: code points, where JavaScript's strings count UTF-16 code units.

/** The number of code points of a string. */
export function countCodePoints(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) continue;
    if ((text.charCodeAt(i - 1) & 0xfc00) === 0xd800) {
      count--;
      i++;
    }
  }
  return count;
}

/**
 * The index `count` code points after `from`. If `text` ends before, -1 minus the number of code points that it has
 * from there.
 */
export function skipCodePoints(text: string, from: number, count: number): number {
  let at = from;
  let left = count;
  while (left > 0) {
    if (at >= text.length) return -1 - (count - left);
    const isPair = (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    at += isPair ? 2 : 1;
    left--;
  }
  return at;
}
