// A file on a descriptor that stays the caller's, made without waiting.
import { systemError } from '../../errors/index.js';
import { addon } from '../addon.js';
import * as P from '../protocol.js';
import * as R from '../requests.js';
import { NativeFile } from './native-file.js';

/** Makes a file, synchronously, of a descriptor that stays the caller's. Throws the system's error. */
export function adoptNow(fd: number): NativeFile {
  R.ensureOpen();
  const { args } = R;
  args[P.ARG_POSITION] = fd;
  args[P.ARG_FLAGS] = 0;
  addon.adoptNow();
  const status = args[P.ARG_STATUS] as number;
  if (status < 0) throw systemError(status, 'fstat');
  const record = {
    fd,
    id: args[P.ARG_FILE] as number,
    kind: args[P.ARG_MODE] as number,
    seekable: args[P.ARG_WHENCE] !== 0,
    position: args[P.ARG_POSITION],
    size: args[P.ARG_SIZE] as number,
  };
  return new NativeFile(record, false);
}
