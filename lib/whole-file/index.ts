// Whole files and lists of them. Only re-exports.
export { lines, type PathLinesOptions } from './lines.js';
export { lockFile, type LockFileOptions } from './lock-file.js';
export { openAtomic, type Atomic, type OpenAtomicOptions } from './open-atomic.js';
export { readBytes } from './read-bytes.js';
export { readMany, type ReadManyItem, type ReadManyOptions } from './read-many.js';
export { readText, type ReadTextOptions } from './read-text.js';
export { statMany, type StatManyOptions } from './stat-many.js';
export { updateAtomic, type UpdateOptions } from './update-atomic.js';
export { writeAtomic, type WriteAtomicOptions } from './write-atomic.js';
export { appendFile, writeFile, type WriteFileOptions } from './write-file.js';
export type { FileData } from './write-source.js';
