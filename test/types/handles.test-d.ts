// Binary and raw handles: bytes in, bytes out, and the ways of stat.
import type { BinaryFile, RawFile, ReadIntoOptions } from 'uvfiles';
import type { BigIntStats, Stats } from 'node:fs';
import { expectType } from './expect.cjs';

declare const file: BinaryFile;
declare const raw: RawFile;
declare const shared: SharedArrayBuffer;

expectType<Promise<Buffer>>()(file.read());
expectType<Promise<Buffer>>()(file.read(null));
expectType<Promise<Buffer>>()(file.read(10, { timeout: 50 }));
expectType<Promise<Buffer>>()(file.readline());
expectType<Promise<Buffer[]>>()(file.readlines(1024));
expectType<Promise<Buffer>>()(file.peek(1));
expectType<Promise<number>>()(file.readinto(new Uint16Array(4)));
expectType<Promise<number>>()(file.preadinto(new DataView(new ArrayBuffer(4)), 4n));
expectType<Promise<number>>()(file.preadinto(new Uint8Array(4), 4, { timeout: 5 }));
expectType<Promise<Buffer>>()(file.preadinto(new Uint8Array(4), 4, { transfer: true }));
expectType<Promise<number | Buffer>>()(file.preadinto(new Uint8Array(4), 4, {} as ReadIntoOptions));
expectType<Promise<Buffer>>()(file.pread(4, 2n ** 62n));
expectType<Promise<number>>()(file.pwrite(new Uint8Array(4), 0));
expectType<Promise<number>>()(file.write(new ArrayBuffer(4), { transfer: true }));
expectType<Promise<number>>()(file.write(shared));
expectType<Promise<void>>()(file.writelines([Buffer.from('a'), new Uint8Array(1)]));
expectType<Promise<number>>()(file.seek(-1, 2));
expectType<Promise<number>>()(file.truncate());
expectType<Promise<Stats>>()(file.stat());
expectType<Promise<BigIntStats>>()(file.stat({ bigint: true }));
expectType<RawFile>()(file.raw);
expectType<RawFile>()(file.detach());
expectType<number>()(file.fileno());
expectType<boolean>()(file.readable());
expectType<Promise<boolean>>()(file.seekable());
expectType<string | number | Uint8Array>()(file.name);
expectType<boolean>()(file.closed);
expectType<Promise<void>>()(file.close());
expectType<Promise<Buffer>>()(raw.readall());
expectType<Promise<number>>()(raw.write(Buffer.from('a')));

export async function iterates(): Promise<void> {
  await using disposable = file;
  for await (const line of disposable) expectType<Buffer>()(line);
}

// @ts-expect-error a binary file takes no text
file.write('text');
// @ts-expect-error a position is a number or a bigint
file.pread(1, '0');
// @ts-expect-error there is no such whence
file.seek(0, 3);
// @ts-expect-error the name is not to be changed
file.name = 'other';
// @ts-expect-error a raw file has nothing to peek into
raw.peek(1);
// @ts-expect-error what is internal is not declared
file._io;
