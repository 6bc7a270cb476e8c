// Objects that stand for a directory, as S3 consoles create them.

/** Whether a key is that of a directory: the object is empty, and has a slash at its end. */
export const isMarker = ({ key, size }: { key: string; size: number }): boolean =>
  size === 0 && key.endsWith('/');
