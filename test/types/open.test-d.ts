// open(): the handle's type follows the mode at compile time, and what cannot go together does not compile.
import { open, type BinaryFile, type RawFile, type TextFile } from 'uvfiles';
import { expectType } from './expect.cjs';

declare const modeAtRunTime: string;
declare const bytes: Uint8Array;

expectType<Promise<BinaryFile>>()(open('f', 'rb'));
expectType<Promise<BinaryFile>>()(open('f', 'b+a'));
expectType<Promise<BinaryFile>>()(open(3, 'xb', { closefd: false, buffering: 4096 }));
expectType<Promise<BinaryFile>>()(open(bytes, '+wb', { permissions: 0o600 }));
expectType<Promise<BinaryFile>>()(open(new URL('file:///f'), 'br', { signal: AbortSignal.timeout(5) }));
expectType<Promise<RawFile>>()(open('f', 'rb', { buffering: 0 }));
expectType<Promise<RawFile>>()(open('f', 'w+b', { buffering: 0, timeout: 100 }));
expectType<Promise<TextFile>>()(open('f'));
expectType<Promise<TextFile>>()(open('f', 'a+', { encoding: 'utf-8', newline: '' }));
expectType<Promise<BinaryFile | RawFile | TextFile>>()(open('f', modeAtRunTime));
expectType<Promise<BinaryFile>>()(open('f', 'rb', { opener: () => 3 }));
expectType<Promise<BinaryFile>>()(open('f', 'rb', { opener: async () => Promise.resolve(3) }));

// @ts-expect-error not a path
open({}, 'rb');
// @ts-expect-error no file
open();
// @ts-expect-error no such option
open('f', 'rb', { flags: 'r' });
// @ts-expect-error permissions are a number
open('f', 'wb', { permissions: '600' });
