/// <reference types="node" preserve="true" />
// aiofiles.ospath: questions about paths. Only re-exports.
export { exists, lexists } from '../os/exists.js';
export { abspath } from './abspath.js';
export { isdir, isfile, islink } from './kind.js';
export { ismount } from './ismount.js';
export { getatime, getctime, getmtime, getsize } from './measures.js';
export { samefile, sameopenfile } from './same.js';
