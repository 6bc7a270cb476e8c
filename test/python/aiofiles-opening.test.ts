// Counterparts of aiofiles' other tests: opening, iteration, concurrency, standard input and output.
// test/python/counterparts.md maps its tests to these.
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { buffer as collect } from 'node:stream/consumers';
import { open, os } from 'uvfiles';
import { answerOf, codeOf, fault, Folder, needsFaults, rejection, runFaulty } from '../support/files.js';
import { ended, runNode, runShell } from '../support/pipes.js';
import { skip } from '../support/skip.js';

const digits = '0123456789';
const threeLines = 'line 1\nline 2\nline 3\n';

describe('open, as in the tests of aiofiles', () => {
  const folder = new Folder();

  for (const mode of ['r', 'rb']) {
    it(`rejects with the system's error if the file is missing, in mode '${mode}'`, async () => {
      const path = folder.at('none');
      const error = await rejection(open(path, mode));
      let expected: NodeJS.ErrnoException | undefined;
      try {
        readFileSync(path);
      } catch (thrown) {
        expected = thrown as NodeJS.ErrnoException;
      }
      expect(expected?.code).to.equal('ENOENT');
      expect(error).to.include({ code: 'ENOENT', errno: expected?.errno, message: expected?.message, path });
    });
  }

  for (const [title, entity] of [
    ['a class', Number],
    ['an array', [1, 2, 3]],
    ['a function', (x: number) => x ** x],
    ['an object', {}],
    ['undefined', undefined],
  ] as const) {
    it(`rejects with a TypeError if the path is ${title}`, async () => {
      const error = await rejection(open(entity as unknown as string));
      expect(error).to.be.instanceOf(TypeError);
      expect(error.code).to.equal('ERR_INVALID_ARG_TYPE');
    });
  }
});

describe('iteration, as in the tests of aiofiles', () => {
  const folder = new Folder();
  const cases: [title: string, content: string, lines: string[]][] = [
    ['nothing', '', []],
    ['one line without an end', 'A', ['A']],
    ['an empty line', '\n', ['\n']],
    ['empty lines', '\n\n\n', ['\n', '\n', '\n']],
    [
      'lines of different lengths',
      `A\n\n${'B'.repeat(100_000)}\nC`,
      ['A\n', '\n', `${'B'.repeat(100_000)}\n`, 'C'],
    ],
  ];
  for (const mode of ['r', 'rb']) {
    for (const [title, content, lines] of cases) {
      it(`yields ${title} in mode '${mode}'`, async () => {
        await using file = await open(folder.put('lines', content), mode);
        const seen: string[] = [];
        for await (const line of file) seen.push(line.toString());
        expect(seen).to.deep.equal(lines);
      });
    }
  }

  it('progresses in several files at the same time, and does not mix their lines', async () => {
    const contents = ['a1\na2\na3\n', 'b1\nb2\nb3\n', 'c1\nc2\nc3\n'];
    const files = await Promise.all(contents.map((content, i) => open(folder.put(`several${i}`, content))));
    let begun = 0;
    let goOn!: () => void;
    const allHaveBegun = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const results = await Promise.all(
      files.map(async (opened) => {
        await using file = opened;
        const lines: string[] = [];
        for await (const line of file) {
          // If one iteration had to wait for the end of another, none would get beyond this line.
          if (lines.push(line) === 1 && ++begun === files.length) goOn();
          await allHaveBegun;
        }
        return lines.join('');
      }),
    );
    expect(results).to.deep.equal(contents);
  });

  it('yields nothing more after the end', async () => {
    await using file = await open(folder.put('end', threeLines));
    const lines = file.lines();
    const all = async (): Promise<string[]> => {
      const seen: string[] = [];
      for await (const line of lines) seen.push(line);
      return seen;
    };
    expect(await all()).to.deep.equal(['line 1', 'line 2', 'line 3']);
    expect(await all()).to.deep.equal([]);
    expect(await lines.next()).to.deep.equal({ value: undefined, done: true });
  });

  it('can be repeated after a seek to the start', async () => {
    await using file = await open(folder.put('again', threeLines));
    for (let round = 0; round < 2; round++) {
      await file.seek(0);
      const seen: string[] = [];
      for await (const line of file) seen.push(line);
      expect(seen.join('')).to.equal(threeLines);
    }
  });

  it('rejects at malformed text, after it has yielded the lines before', async () => {
    await using file = await open(
      folder.put('spoilt', Buffer.concat([Buffer.alloc(20_000, 'ok\n'), Buffer.from([255])])),
    );
    let lines = 0;
    const all = async (): Promise<void> => {
      for await (const line of file) lines += line === 'ok\n' ? 1 : 0;
    };
    expect(await codeOf(all())).to.equal('ERR_UNICODE_DECODE');
    expect(lines).to.be.greaterThan(0);
  });
});

describe('concurrency, as in the tests of aiofiles', () => {
  const folder = new Folder();

  async function listening(answer: (write: (data: Uint8Array) => void) => Promise<void>): Promise<Server> {
    const server = createServer((socket) => {
      void answer((data) => socket.write(data)).finally(() => socket.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  async function fetchFrom(server: Server): Promise<string> {
    const { port } = server.address() as { port: number };
    return (await collect(connect(port, '127.0.0.1'))).toString();
  }

  for (const way of ['at once', 'byte by byte'] as const) {
    it(`lets a server that reads a file ${way} send all of it`, async () => {
      const path = folder.put('served', digits);
      const server = await listening(async (write) => {
        await using file = await open(path, 'rb');
        if (way === 'at once') {
          write(await file.read());
          return;
        }
        for (let byte = await file.read(1); byte.length > 0; byte = await file.read(1)) write(byte);
      });
      expect(await fetchFrom(server)).to.equal(digits);
      await new Promise((resolve) => server.close(resolve));
    });
  }

  it('delays only the reader of a file whose open hangs, and no other server of the process', async function () {
    needsFaults(this);
    const path = folder.put('slow', threeLines);
    const gate = folder.at('gate');
    const program = `
      import { open } from 'uvfiles';
      import { existsSync, writeFileSync } from 'node:fs';
      import { connect, createServer } from 'node:net';
      import { text } from 'node:stream/consumers';
      const listen = async (answer) => {
        const server = createServer((socket) => void answer(socket).finally(() => socket.end()));
        await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
        return server;
      };
      const ask = (server) => text(connect(server.address().port, '127.0.0.1'));
      const files = await listen(async (socket) => {
        const file = await open(${JSON.stringify(path)}, 'rb');
        for (let byte = await file.read(1); byte.length > 0; byte = await file.read(1)) socket.write(byte);
        await file.close();
      });
      const others = await listen(async (socket) => socket.write('1'));
      const served = ask(files);
      while (!existsSync(${JSON.stringify(`${gate}.reached`)})) await new Promise(setImmediate);
      let answers = '';
      while (answers.length < 40) answers += await ask(others);
      // The open continues only now.
      writeFileSync(${JSON.stringify(gate)}, '');
      console.log(JSON.stringify([answers, await served]));
      files.close();
      others.close();`;
    expect(answerOf(await runFaulty([fault('open', '/slow', `g${gate}`)], program))).to.deep.equal([
      '1'.repeat(40),
      threeLines,
    ]);
  });

  it('gives each of several unawaited calls its own result', async () => {
    const paths = Array.from({ length: 10 }, (_, i) => folder.put(`one${i}`, digits.repeat(i + 1)));
    const sizes = await Promise.all(paths.map((path) => os.stat(path).then(({ size }) => size)));
    expect(sizes).to.deep.equal([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    const read = await Promise.all(
      paths.map(async (path) => {
        await using file = await open(path);
        return (await file.read()).length;
      }),
    );
    expect(read).to.deep.equal(sizes);
  });
});

describe('standard input and output, as in the tests of aiofiles', function () {
  this.timeout(240_000);
  const folder = new Folder();

  for (const [kind, names, data] of [
    ['text', ['stdin', 'stdout', 'stderr'], (value: string) => `'${value}'`],
    ['bytes', ['stdinBytes', 'stdoutBytes', 'stderrBytes'], (value: string) => `Buffer.from('${value}')`],
  ] as const) {
    const [input, output, problems] = names;

    it(`write ${kind} to stdout and to stderr, each to its own stream`, async () => {
      const child = runNode(`
        await uvfiles.${output}.write(${data('hello')});
        await uvfiles.${problems}.write(${data('world')});`);
      child.stdin?.end();
      const { code, stdout, stderr } = await ended(child);
      expect([stdout, stderr, code]).to.deep.equal(['hello', 'world', 0]);
    });

    it(`reject a read of ${kind} with EBADF if stdin is open for writing only`, async function () {
      if (process.platform === 'win32') skip(this, 'needs sh');
      const unreadable = folder.put('unreadable');
      const child = runShell(
        `$NODE 0> ${unreadable}`,
        `const code = await uvfiles.${input}.read().then(() => 'read', (error) => error.code);
         await uvfiles.${output}.write(${kind === 'text' ? 'code' : 'Buffer.from(code)'});`,
      );
      expect((await ended(child)).stdout).to.equal('EBADF');
    });
  }
});
