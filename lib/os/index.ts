// aiofiles.os and more: what there is besides file objects.
export { lstat, stat } from './stat.js';
