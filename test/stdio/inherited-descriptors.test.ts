// Inherited descriptors: sockets, pipes and terminals by number, whose mode does not change.
import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open } from 'uvfiles';
import { ended, nodeArguments } from '../support/pipes.js';
import { skip } from '../support/skip.js';

const python = spawnSync('python3', ['--version']).status === 0;

/** Runs Node with `script` as a child of Python, which prepares its descriptors. Returns what Python's program prints. */
async function below(
  prepare: string,
  script: string,
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  const program = `
import os, socket, subprocess, sys, json, fcntl, threading, pty, tty, time
node = json.loads(sys.argv[1])
${prepare}`;
  return ended(
    spawn('python3', ['-c', program, JSON.stringify([process.execPath, ...nodeArguments(script)])]),
  );
}

describe('an inherited descriptor', function () {
  this.timeout(240_000);
  before(function () {
    if (python && process.platform !== 'win32') return;
    skip(this, 'python3 prepares the descriptors');
  });

  it('can be a socket that is read and written at the same time', async () => {
    const { stdout, stderr } = await below(
      `
ours, theirs = socket.socketpair()
child = subprocess.Popen(node + [str(theirs.fileno())], pass_fds=[theirs.fileno()], stdout=subprocess.PIPE)
theirs.close()
got = b''
while len(got) < 300000: got += ours.recv(65536)
ours.sendall(b'answer\\n')
print(len(got), got == b'x' * 300000, child.communicate()[0].decode(), child.returncode)`,
      `
      const fd = Number(process.argv.at(-1));
      const reader = await uvfiles.open(fd, 'rb', { closefd: false });
      const writer = await uvfiles.open(fd, 'wb');
      const line = reader.readline();
      await writer.write(Buffer.alloc(300_000, 'x'));
      await writer.flush();
      console.log(String(await line).trim(), await reader.isatty(), await reader.seekable());
      await reader.close();
      await writer.close();`,
    );
    expect(stdout.trim(), stderr).to.equal('300000 True answer false false\n 0');
  });

  for (const blocking of [true, false]) {
    it(`can be a ${blocking ? 'blocking' : 'non-blocking'} pipe, which keeps its mode`, async () => {
      const { stdout, stderr } = await below(
        `
in_read, in_write = os.pipe()
out_read, out_write = os.pipe()
os.set_blocking(in_read, ${blocking ? 'True' : 'False'})
os.set_blocking(out_write, ${blocking ? 'True' : 'False'})
modes = lambda: (os.get_blocking(in_read), os.get_blocking(out_write))
before = modes()
child = subprocess.Popen(node, stdin=in_read, stdout=out_write)
got = b''
while len(got) < 200000: got += os.read(out_read, 999)
during = modes()
for part in (b'on', b'e\\ntw', b'o\\n'):
  time.sleep(0.05)
  os.write(in_write, part)
os.close(in_write)
child.wait()
after = modes()
os.close(out_write)
rest = b''
while True:
  part = os.read(out_read, 999)
  if not part: break
  rest += part
print(got == b'y' * 200000, before == during == after, rest.decode().split(), child.returncode)`,
        `
        await uvfiles.stdoutBytes.write(Buffer.alloc(200_000, 'y'));
        await uvfiles.stdoutBytes.flush();
        for await (const line of uvfiles.stdin) await uvfiles.stdout.write(line);`,
      );
      expect(stdout.trim(), stderr).to.equal("True True ['one', 'two'] 0");
    });
  }

  it('holds no pool thread while many pipes wait', async () => {
    const { stdout, stderr } = await below(
      `
pipes = [os.pipe() for _ in range(20)]
child = subprocess.Popen(node + [str(read) for read, _ in pipes], pass_fds=[read for read, _ in pipes],
  stdout=subprocess.PIPE, env={**os.environ, 'UV_THREADPOOL_SIZE': '2'})
print(child.stdout.readline().decode().strip())
for _, write in reversed(pipes): os.write(write, b'z')
print(child.communicate()[0].decode().strip(), child.returncode)`,
      `
      const fds = process.argv.slice(-20).map(Number);
      const files = await Promise.all(fds.map((fd) => uvfiles.open(fd, 'rb')));
      const reads = files.map((file) => file.read(1));
      for (let i = 0; i < 20; i++) await uvfiles.readBytes(process.argv[0], { lane: uvfiles.lanes.bulk });
      console.log('free');
      console.log((await Promise.all(reads)).join(''));`,
    );
    expect(stdout.trim().split('\n'), stderr).to.deep.equal(['free', `${'z'.repeat(20)} 0`]);
  });

  it('can be a pipe whose other end is closed before any byte arrives', async () => {
    const bytes = await below(
      `
child = subprocess.run(node, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
read, write = os.pipe()
os.close(write)
again = subprocess.run(node, stdin=read, stdout=subprocess.PIPE)
print(child.stdout, again.stdout)`,
      `console.log(JSON.stringify([await uvfiles.stdin.read(), await uvfiles.stdin.readline()]));`,
    );
    expect(bytes.stdout.trim(), bytes.stderr).to.equal(String.raw`b'["",""]\n' b'["",""]\n'`);
  });

  it('is closed with its handle, or left open if requested', async () => {
    const random = randomBytes(4).toString('hex');
    const { stdout, stderr } = await below(
      `
read, write = os.pipe()
child = subprocess.Popen(node + [str(write)], pass_fds=[write], stdout=subprocess.PIPE)
os.close(write)
print(os.read(read, 99), child.communicate()[0], os.read(read, 99))`,
      `
      const fd = Number(process.argv.at(-1));
      const lent = await uvfiles.open(fd, 'w', { closefd: false });
      await lent.write('${random}');
      await lent.close();
      const owned = await uvfiles.open(fd, 'w');
      await owned.close();
      const { fstatSync } = await import('node:fs');
      try { fstatSync(fd); console.log('open'); } catch (error) { console.log(error.code); }`,
    );
    expect(stdout.trim(), stderr).to.equal(String.raw`b'${random}' b'EBADF\n' b''`);
  });

  it('is rejected if it is not open', async () => {
    const error: NodeJS.ErrnoException = await open(987654, 'rb').then(
      () => new Error('opened'),
      (reason: unknown) => reason as NodeJS.ErrnoException,
    );
    expect(error.code).to.equal('EBADF');
  });
});
