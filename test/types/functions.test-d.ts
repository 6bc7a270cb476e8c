// Functions over paths, and the errors.
import { ClosedFileError, os, readBytes, writeFile, type OpOptions, type SystemError } from 'uvfiles';
import { lstat, stat } from 'uvfiles/os';
import type { BigIntStats, Stats } from 'node:fs';
import { expectType } from './expect.cjs';

declare const error: SystemError;

expectType<Promise<Stats>>()(stat('f'));
expectType<Promise<BigIntStats>>()(stat(new URL('file:///f'), { bigint: true }));
expectType<Promise<Stats>>()(lstat(Buffer.from('f'), { signal: AbortSignal.timeout(5) }));
expectType<typeof stat>()(os.stat);
expectType<Promise<Buffer>>()(readBytes('f'));
expectType<Promise<void>>()(writeFile('f', new Float64Array(2)));
expectType<Promise<void>>()(writeFile('f', 'text'));
expectType<Error['message']>()(new ClosedFileError('f').message);
expectType<string>()(error.syscall);

export const options: OpOptions = { timeout: 1 };
// @ts-expect-error milliseconds are a number
export const wrongOptions: OpOptions = { timeout: '1' };
// @ts-expect-error there is no file without a path
readBytes();
