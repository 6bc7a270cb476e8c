// stdin, stdout and stderr: over pipes, files, /dev/null and a terminal, up to the last byte at the end of the process.
import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { EOL } from 'node:os';
import {
  BinaryFile,
  stderr,
  stderrBytes,
  stdin,
  stdinBytes,
  stdout,
  stdoutBytes,
  TextFile,
  writeFile,
} from 'uvfiles';
import { ended, makeFifo, newPath, nodeArguments, runNode, runShell } from '../support/pipes.js';
import { skip } from '../support/skip.js';

const posix = process.platform !== 'win32';
const python = posix && spawnSync('python3', ['--version']).status === 0;

describe('standard input and output', function () {
  this.timeout(240_000);

  it('are text files and binary files that exist from the start', () => {
    for (const file of [stdin, stdout, stderr]) expect(file).to.be.an.instanceOf(TextFile);
    for (const file of [stdinBytes, stdoutBytes, stderrBytes]) expect(file).to.be.an.instanceOf(BinaryFile);
    expect(stdin.buffer).to.equal(stdinBytes);
    expect([stdin.name, stdout.name, stderr.name]).to.deep.equal(['<stdin>', '<stdout>', '<stderr>']);
    expect([stdin.fileno(), stdout.fileno(), stderr.fileno()]).to.deep.equal([0, 1, 2]);
    expect([stdin.mode, stdout.mode, stdinBytes.mode, stdoutBytes.mode]).to.deep.equal([
      'r',
      'w',
      'rb',
      'wb',
    ]);
    expect([stdin.encoding, stderr.errors]).to.deep.equal(['utf-8', 'backslashreplace']);
    expect(stdin.readable()).to.equal(true);
    expect(stdout.writable()).to.equal(true);
    expect(stderr.lineBuffering).to.equal(true);
  });

  it('pass lines through a pipe', async () => {
    const child = runNode(`
      for await (const line of uvfiles.stdin) await uvfiles.stdout.write(line.toUpperCase());
      await uvfiles.stderr.write('done');`);
    child.stdin?.end('smörgås\nand more\nno end');
    const { code, stdout: out, stderr: err } = await ended(child);
    expect(out).to.equal(`SMÖRGÅS${EOL}AND MORE${EOL}NO END`);
    expect(err).to.equal('done');
    expect(code).to.equal(0);
  });

  it('pass bytes through the pipes of a shell', async function () {
    if (!posix) skip(this, 'needs sh');
    const child = runShell(
      'head -c 1000000 /dev/zero | $NODE | wc -c',
      `for (;;) {
         const bytes = await uvfiles.stdinBytes.read1();
         if (bytes.length === 0) break;
         await uvfiles.stdoutBytes.write(bytes);
       }`,
    );
    expect((await ended(child)).stdout.trim()).to.equal('1000000');
  });

  it('can be redirected to files, and start at the position of the descriptor', async function () {
    if (!posix) skip(this, 'needs sh');
    const input = newPath();
    const output = newPath();
    writeFileSync(input, 'first\nsecond\nthird\n');
    const child = runShell(
      `{ read line; printf 'begin '; $NODE; printf 'end %s' "$(cat)"; } < ${input} > ${output}`,
      `console.error(await uvfiles.stdin.seekable(), await uvfiles.stdin.tell(), await uvfiles.stdout.tell());
       await uvfiles.stdout.write(await uvfiles.stdin.readline());
       await uvfiles.stdout.flush();
       console.error(await uvfiles.stdin.tell(), await uvfiles.stdout.tell());
       await uvfiles.stdin.close();
       await uvfiles.stdout.close();`,
    );
    const { stderr: said } = await ended(child);
    expect(said).to.match(/^true [06] 6\n\d+ 13\n$/);
    expect(readFileSync(output, 'utf8')).to.match(/^begin \w+\nend/);
  });

  it('can be redirected from and to /dev/null', async function () {
    if (!posix) skip(this, 'needs sh');
    const child = runShell(
      '$NODE < /dev/null > /dev/null',
      `const text = await uvfiles.stdin.read();
       await uvfiles.stdout.write('gone');
       await uvfiles.stdout.flush();
       console.error(JSON.stringify([text, await uvfiles.stdin.isatty(), await uvfiles.stdinBytes.read(3)]));`,
    );
    expect((await ended(child)).stderr.trim()).to.equal('["",false,{"type":"Buffer","data":[]}]');
  });

  for (const [what, end] of Object.entries({
    'the end of the program': '',
    'process.exit': 'process.exit(3);',
    'an uncaught exception': "setImmediate(() => { throw new Error('of the test'); });",
  })) {
    it(`are flushed at ${what}`, async () => {
      const child = runNode(`
        await uvfiles.stdout.write('written ' + 'x'.repeat(100_000));
        uvfiles.stdout.write(' last');
        await new Promise(setImmediate);
        ${end}`);
      const { stdout: out, code } = await ended(child);
      expect(out).to.equal(`written ${'x'.repeat(100_000)} last`);
      expect(code).to.equal(what === 'process.exit' ? 3 : what === 'an uncaught exception' ? 1 : 0);
    });
  }

  it('are flushed to the last byte when the process exits while a flush waits for room', async function () {
    if (!posix) skip(this, 'needs sh');
    const fifo = makeFifo();
    const child = runShell(
      `$NODE | { cat ${fifo}; cat; }`,
      `const { stdoutBytes } = uvfiles;
       await stdoutBytes.write(Buffer.alloc(60_000, 'a'));
       await stdoutBytes.flush();
       await stdoutBytes.write(Buffer.alloc(60_000, 'b'));
       stdoutBytes.flush().catch(() => {});
       const lane = uvfiles.createLane({ name: 'pool', inline: false });
       for (let i = 0; i < 5; i++) await uvfiles.readBytes(process.execPath, { lane });
       process._rawDebug('exiting');
       process.exit(0);`,
    );
    const output = ended(child);
    await new Promise((resolve) => child.stderr?.once('data', resolve));
    await writeFile(fifo, Buffer.from('go:'));
    const { stdout: out, stderr: err } = await output;
    expect(err).to.equal('exiting\n');
    expect(out).to.have.length(120_003);
    expect(out).to.match(/^go:a{60000}b{60000}$/);
  });

  it('reject with EPIPE after the reader has closed the pipe', async function () {
    if (!posix) skip(this, 'needs sh');
    const output = ended(
      runShell(
        '$NODE | true',
        `let code;
         while (code === undefined) {
           await uvfiles.stdout.write('y'.repeat(100_000)).catch((error) => (code = error.code));
           await uvfiles.stdout.flush().catch((error) => (code = error.code));
         }
         await uvfiles.stderr.write(code + '\\n');
         process.reallyExit(0);`,
      ),
    );
    expect((await output).stderr).to.equal('EPIPE\n');
  });

  it('write stderr by lines, and a stdout that is not a terminal by blocks', async () => {
    const child = runNode(`
      await uvfiles.stderr.write('half ');
      process._rawDebug('[first]');
      await uvfiles.stderr.write('line\\n');
      process._rawDebug('[second]');
      await uvfiles.stdout.write('a line\\n');
      process.stdout.write('sooner ');`);
    const { stdout: out, stderr: err } = await ended(child);
    expect(err).to.equal(`[first]${EOL}half line${EOL}[second]${EOL}`);
    expect(out).to.equal(`sooner a line${EOL}`);
  });

  it('close only the handle, not the descriptor of the process', async () => {
    const child = runNode(`
      await uvfiles.stdout.write('before ');
      await uvfiles.stdout.close();
      console.log('after', await uvfiles.stdout.write('x').catch((error) => error.code));`);
    expect((await ended(child)).stdout).to.equal('before after ERR_FILE_CLOSED\n');
  });
});

describe('a terminal', function () {
  this.timeout(240_000);
  before(function () {
    if (python) return;
    skip(this, 'python3 opens the terminals');
  });

  /** Runs `script` on a pseudo terminal; Python's `drive` talks to it as `said(text)` (waits for it) and `type(text)`. */
  async function onTerminal(drive: string, script: string): Promise<string> {
    const program = `
import json, os, pty, subprocess, sys, termios
node = json.loads(sys.argv[1])
master, slave = pty.openpty()
modes = termios.tcgetattr(slave)
modes[3] &= ~termios.ECHO
termios.tcsetattr(slave, termios.TCSANOW, modes)
child = subprocess.Popen(node, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
text = ''
def said(what):
  global text
  while what not in text: text += os.read(master, 1000).decode()
  text = text[text.index(what) + len(what):]
def type(what): os.write(master, what.encode())
${drive}
print('exit', child.wait(), 'blocking', os.get_blocking(slave))`;
    const { stdout: out, stderr: err } = await ended(
      spawn('python3', ['-c', program, JSON.stringify([process.execPath, ...nodeArguments(script)])]),
    );
    expect(err).to.equal('');
    return out.trim();
  }

  it('is read line by line, and written at every line ending', async () => {
    const result = await onTerminal(
      `
said('tty true true\\r\\n')
type('hello\\n'); said('you said hello\\r\\n')
type('wor'); type('ld\\n'); said('you said world\\r\\n')
type('\\x04'); said('end')`,
      `const { stdin, stdout } = uvfiles;
       await stdout.write(\`tty \${await stdin.isatty()} \${stdout.lineBuffering}\\n\`);
       for await (const line of stdin.lines()) await stdout.write(\`you said \${line}\\n\`);
       await stdout.write('end');`,
    );
    expect(result).to.equal('exit 0 blocking True');
  });

  it('opened for text is written at every line ending, unless a buffer is requested', async () => {
    const result = await onTerminal(
      `
said('true true true false false\\r\\n')
said('first\\r\\nsecond\\r\\n')
type('go on\\n'); said('third\\r\\n')`,
      `const { open } = uvfiles;
       const byPath = await open('/dev/fd/1', 'w');
       const byDescriptor = await open(1, 'w', { closefd: false });
       const lines = await open('/dev/fd/1', 'w', { buffering: 1 });
       const blocks = await open('/dev/fd/1', 'w', { buffering: 4096 });
       const none = await open('/dev/null', 'w');
       const said = [byPath, byDescriptor, lines, blocks, none].map((f) => f.lineBuffering).join(' ');
       await byPath.write(said + '\\n');
       await byPath.write('sec');
       await blocks.write('third\\n');
       await byDescriptor.write('first\\n');
       await byPath.write('ond\\n');
       await uvfiles.stdin.readline();
       for (const f of [byPath, byDescriptor, lines, blocks, none]) await f.close();`,
    );
    expect(result).to.equal('exit 0 blocking True');
  });

  it('whose read waits does not block the pool or process.exit', async () => {
    const result = await onTerminal(
      "said('free\\r\\n')",
      `for (let i = 0; i < 4; i++) uvfiles.open(0, 'rb', { closefd: false }).then((f) => f.read(1)).catch(() => {});
       await new Promise((resolve) => setTimeout(resolve, 50));
       await uvfiles.readBytes(process.execPath, { lane: uvfiles.lanes.bulk });
       await uvfiles.stdout.write('free\\n');
       process.exit(5);`,
    );
    expect(result).to.equal('exit 5 blocking True');
  });

  it('that is stopped makes a write wait without a thread', async () => {
    const result = await onTerminal(
      `
termios.tcflow(slave, termios.TCOOFF)
type('go\\n')
import time; time.sleep(0.3)
termios.tcflow(slave, termios.TCOON)
said('free true')
for i in range(2000): said('%d;' % i)
said('END')`,
      `await uvfiles.stdin.readline();
       let text = '';
       for (let i = 0; i < 2000; i++) text += i + ';' + (i % 10 === 9 ? '\\n' : '');
       const writes = [0, 1, 2, 3, 4].map(() => uvfiles.open(1, 'wb', { closefd: false, buffering: 0 }));
       const files = await Promise.all(writes);
       const stopped = files.slice(1).map((file) => file.write(Buffer.from('.')));
       const size = (await uvfiles.readBytes(process.execPath, { lane: uvfiles.lanes.bulk })).length;
       await Promise.all(stopped);
       await uvfiles.stdout.write('free ' + (size > 0) + '\\n' + text + 'END');`,
    );
    expect(result).to.equal('exit 0 blocking True');
  });
});
