// Invalid arguments: every asynchronous call rejects with Node's codes, none throws, and no file is touched.
import { expect } from 'chai';
import { appendFile, type BinaryFile, open, os, readBytes, writeFile } from 'uvfiles';
import { type AnyError, codeOf, Folder, rejection } from '../support/files.js';

const notCounts = [1.5, Number.NaN, '5', 2 ** 53, Infinity, {}, [], true, () => 1, 2n ** 60n];
const notPositions = [...notCounts.slice(0, -1), -1, -1n, 2n ** 63n, null];
const notBytes = ['text', 5, null, undefined, {}, [1], true, Symbol('x'), 5n];
const notOptions = [5, 'x', null, true];

describe('bad arguments', () => {
  const folder = new Folder();

  for (const buffering of [0, 16]) {
    describe(`with buffering ${buffering}`, () => {
      const file = (): Promise<BinaryFile> => open(folder.put('f', 'abcdef'), 'rb+', { buffering });

      it('are rejected as sizes and limits', async () => {
        const f = await file();
        for (const bad of notCounts as number[]) {
          expect(await codeOf(f.read(bad)), `read(${String(bad)})`).to.equal('ERR_OUT_OF_RANGE');
          if (buffering === 0) continue;
          expect(await codeOf(f.readline(bad))).to.equal('ERR_OUT_OF_RANGE');
          expect(await codeOf(f.readlines(bad))).to.equal('ERR_OUT_OF_RANGE');
          expect(await codeOf(f.read1(bad))).to.equal('ERR_OUT_OF_RANGE');
        }
        expect(await f.tell()).to.equal(0);
        await f.close();
      });

      it('are rejected as positions', async () => {
        const f = await file();
        for (const bad of notPositions as number[]) {
          expect(await rejection(f.seek(bad)), `seek(${String(bad)})`).to.be.instanceOf(RangeError);
          expect(await codeOf(f.seek(bad))).to.equal('ERR_OUT_OF_RANGE');
          if (bad !== null)
            expect(await codeOf(f.truncate(bad)), `truncate(${String(bad)})`).to.equal('ERR_OUT_OF_RANGE');
        }
        for (const bad of notPositions.filter((each) => each !== -1 && each !== -1n) as number[]) {
          expect(await codeOf(f.seek(bad, 1)), `seek(${String(bad)}, 1)`).to.equal('ERR_OUT_OF_RANGE');
          expect(await codeOf(f.seek(bad, 2))).to.equal('ERR_OUT_OF_RANGE');
        }
        for (const whence of [3, -1, '0', null, 0.5]) {
          expect(await codeOf(f.seek(0, whence as 0)), `whence ${String(whence)}`).to.equal(
            'ERR_INVALID_ARG_VALUE',
          );
        }
        expect(await f.tell()).to.equal(0);
        expect(folder.get('f')).to.equal('abcdef');
        await f.close();
      });

      it('are rejected as data and views', async () => {
        const f = await file();
        for (const bad of notBytes as Uint8Array[]) {
          expect(await codeOf(f.write(bad)), `write(${String(bad)})`).to.equal('ERR_INVALID_ARG_TYPE');
          expect(await codeOf(f.pwrite(bad, 0))).to.equal('ERR_INVALID_ARG_TYPE');
          expect(await codeOf(f.readinto(bad))).to.equal('ERR_INVALID_ARG_TYPE');
          expect(await codeOf(f.preadinto(bad, 0))).to.equal('ERR_INVALID_ARG_TYPE');
        }
        await f.flush();
        expect(folder.get('f')).to.equal('abcdef');
        await f.close();
      });

      it('are rejected as options', async () => {
        const f = await file();
        const b = Buffer.from('x');
        const calls: Record<string, (o: object) => Promise<unknown>> = {
          read: (o) => f.read(1, o),
          readall: (o) => f.readall(o),
          readinto: (o) => f.readinto(new Uint8Array(1), o),
          write: (o) => f.write(b, o),
          writelines: (o) => f.writelines([b], o),
          seek: (o) => f.seek(0, 0, o),
          truncate: (o) => f.truncate(1, o),
          sync: (o) => f.sync(o),
          datasync: (o) => f.datasync(o),
          stat: (o) => f.stat(o),
          pread: (o) => f.pread(1, 0, o),
          preadinto: (o) => f.preadinto(new Uint8Array(1), 0, o),
          pwrite: (o) => f.pwrite(b, 0, o),
          readMany: (o) => f.readMany([{ position: 0, size: 1 }], o),
        };
        if (buffering > 0) {
          Object.assign(calls, {
            flush: (o: object) => f.flush(o),
            readline: (o: object) => f.readline(-1, o),
            readlines: (o: object) => f.readlines(-1, o),
            read1: (o: object) => f.read1(1, o),
            peek: (o: object) => f.peek(1, o),
            readinto1: (o: object) => f.readinto1(new Uint8Array(1), o),
          });
        }
        // Even if the buffer alone could serve the read.
        if (buffering > 0) await f.peek();
        for (const [name, call] of Object.entries(calls)) {
          for (const bad of notOptions)
            expect(await codeOf(call(bad as never)), `${name} ${String(bad)}`).to.equal(
              'ERR_INVALID_ARG_TYPE',
            );
          expect(await codeOf(call({ signal: {} })), name).to.equal('ERR_INVALID_ARG_TYPE');
          expect(await codeOf(call({ lane: 'default' })), name).to.equal('ERR_INVALID_ARG_TYPE');
          expect(await codeOf(call({ timeout: '1' })), name).to.equal('ERR_INVALID_ARG_TYPE');
          expect(await codeOf(call({ timeout: Number.NaN })), name).to.equal('ERR_OUT_OF_RANGE');
          const error = await rejection(call({ signal: AbortSignal.abort('why') }));
          expect(error, name).to.include({ name: 'AbortError', code: 'ABORT_ERR', cause: 'why' });
        }
        expect(await f.tell()).to.equal(0);
        await f.close();
        expect(folder.get('f')).to.equal('abcdef');
      });
    });
  }

  it('are rejected by functions of whole files and by stat', async () => {
    for (const bad of [undefined, null, 5, {}, [], true] as never[]) {
      for (const call of [readBytes, os.stat, os.lstat])
        expect(await codeOf(call(bad))).to.equal('ERR_INVALID_ARG_TYPE');
      expect(await codeOf(writeFile(bad, 'x'))).to.equal('ERR_INVALID_ARG_TYPE');
      expect(await codeOf(appendFile(bad, 'x'))).to.equal('ERR_INVALID_ARG_TYPE');
    }
    const name = folder.put('kept', 'kept');
    for (const bad of [5, null, undefined, {}, [1], true] as never[]) {
      expect(await codeOf(writeFile(name, bad)), String(bad)).to.equal('ERR_INVALID_ARG_TYPE');
    }
    expect(await codeOf(writeFile(name, 'x', { permissions: 0o77777 }))).to.equal('ERR_OUT_OF_RANGE');
    for (const bad of notOptions) {
      expect(await codeOf(readBytes(name, bad as never)), String(bad)).to.equal('ERR_INVALID_ARG_TYPE');
      expect(await codeOf(os.stat(name, bad as never)), String(bad)).to.equal('ERR_INVALID_ARG_TYPE');
      expect(await codeOf(writeFile(name, 'x', bad as never)), String(bad)).to.equal('ERR_INVALID_ARG_TYPE');
    }
    for (const call of [readBytes, os.stat, os.lstat])
      expect(await codeOf(call('a\0b'))).to.equal('ERR_INVALID_ARG_VALUE');
    expect(await codeOf(writeFile(name, 'x', { signal: AbortSignal.abort() }))).to.equal('ABORT_ERR');
    expect(folder.get('kept')).to.equal('kept');
  });

  it('get a suggestion if they are options of node:fs with another name here', async () => {
    const hint = async (call: Promise<unknown>): Promise<string | undefined> =>
      /did you mean (\w+)\?/.exec((await rejection(call)).message)?.[1];
    expect(await hint(os.copy('a', 'b', { dereference: true } as never))).to.equal('followSymlinks');
    expect(await hint(os.copytree('a', 'b', { dereference: true } as never))).to.equal('symlinks');
    expect(await hint(os.copy('a', 'b', { errorOnExist: true } as never))).to.equal('exclusive');
    expect(await hint(os.copytree('a', 'b', { errorOnExist: true } as never))).to.equal('existOk');
    expect(await hint(writeFile('a', 'x', { mode: 0o600 } as never))).to.equal('permissions');
    expect(await hint(os.rmtree('a', { mode: 0o600 } as never))).to.equal(undefined);
    expect(await hint(readBytes('a', { autoClose: true } as never))).to.equal(undefined);
  });

  it('are described by what was expected and what was received', async () => {
    const f = await open(folder.put('f'), 'wb+');
    const error: AnyError = await rejection(f.pread(1, -1));
    expect(error.message).to.match(/^The value of "position" is out of range\. It must be .* Received -1$/);
    expect(error.name).to.equal('RangeError');
    expect(error.stack).to.match(/^RangeError \[ERR_OUT_OF_RANGE\]: /);
    expect((await rejection(f.write({} as never))).message).to.equal(
      'The "data" argument must be an instance of Buffer, TypedArray, DataView or ArrayBuffer. Received an instance of Object',
    );
    expect((await rejection(writeFile(folder.at('f'), 5 as never))).message).to.equal(
      'The "data" argument must be of type string, an iterable or an instance of Buffer, TypedArray, DataView or ArrayBuffer. Received type number (5)',
    );
    await f.close();
  });
});
