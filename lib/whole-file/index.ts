// Whole files and lists of them. Only re-exports.
export { lines, type PathLinesOptions } from './lines.js';
export { lockFile, type LockFileOptions } from './lock-file.js';
export { openAtomic, type Atomic, type OpenAtomicOptions } from './open-atomic.js';
export { readBytes, readText, type ReadTextOptions } from './read-file.js';
export { readMany, type ReadManyItem, type ReadManyOptions, statMany, type StatManyOptions } from './many.js';
export { updateAtomic, type UpdateOptions } from './update-atomic.js';
export { writeAtomic, type WriteAtomicOptions } from './write-atomic.js';
export { appendFile, writeFile, type WriteFileOptions } from './write-file.js';
export type { FileData } from './write-source.js';
