export const KNOWN_GAPS = [];
