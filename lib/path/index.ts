/// <reference types="node" preserve="true" />
// aiofiles.ospath: questions about paths. Only re-exports.
export { exists, lexists } from '../os/lookups.js';
export {
  abspath,
  getatime,
  getctime,
  getmtime,
  getsize,
  isdir,
  isfile,
  islink,
  ismount,
  samefile,
  sameopenfile,
} from './questions.js';
