// @ts-check (plain JavaScript: it runs where TypeScript does not)
// The core of the API in plain JavaScript, for runtimes and systems on which mocha cannot run: Bun, Deno, wine, qemu.
// `RUNTIME core-suite.cjs PATH-OR-NAME-OF-UVFILES [LACKING,...]`: prints a line a check and, last, the counts. A check named
// as lacking must fail with an error (not crash, not hang), so that the list stays true.
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const name = process.argv[2] ?? 'uvfiles';
const lacking = new Set((process.argv[3] ?? '').split(',').filter(Boolean));
const uvfiles = require(name);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'uvfiles-suite-'));
/** @param {string[]} names */
const at = (...names) => path.join(folder, ...names);

/** How long one check may take before it counts as hung. */
const LIMIT_MS = 60_000;

/** @param {Promise<unknown>} promise */
async function code(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof Error, 'rejects with an Error');
    return 'code' in error ? error.code : undefined;
  }
  return undefined;
}

const checks = {
  // A stat that leaves errno alone (it has happened to a binary) tells the reason of whatever failed before it.
  async 'the reason of each failure'() {
    /** @param {() => Promise<unknown>} call */
    const sixteen = (call) => Promise.all(Array.from({ length: 16 }, () => code(call())));
    for (let round = 0; round < 5; round++) {
      const there = await sixteen(() => uvfiles.os.mkdir(folder));
      const absent = await sixteen(() => uvfiles.path.samefile(at('nothing'), folder));
      assert.deepStrictEqual([...new Set([...there, 'then', ...absent])], ['EEXIST', 'then', 'ENOENT']);
    }
  },
  async 'write and read binary'() {
    const file = await uvfiles.open(at('a'), 'w+b');
    assert.strictEqual(await file.write(Buffer.from('hello world')), 11);
    await file.seek(0);
    assert.strictEqual(String(await file.read(5)), 'hello');
    assert.strictEqual(await file.tell(), 5);
    assert.strictEqual(String(await file.pread(5, 6)), 'world');
    assert.strictEqual(await file.tell(), 5);
    const into = new Uint8Array(3);
    assert.strictEqual(await file.readinto(into), 3);
    assert.strictEqual(String(Buffer.from(into)), ' wo');
    await file.close();
    assert.strictEqual(await code(file.read()), 'ERR_FILE_CLOSED');
  },
  async 'descriptors are those of node:fs'() {
    fs.writeFileSync(at('shared'), 'abc');
    const file = await uvfiles.open(at('shared'), 'rb');
    assert.strictEqual(fs.fstatSync(file.fileno()).size, 3);
    assert.strictEqual(fs.readSync(file.fileno(), Buffer.alloc(3), 0, 3, 0), 3);
    await file.close();
    assert.throws(() => fs.fstatSync(file.fileno()));
    const fd = fs.openSync(at('shared'), 'r');
    const adopted = await uvfiles.open(fd, 'rb', { closefd: false });
    assert.strictEqual(String(await adopted.read()), 'abc');
    await adopted.close();
    fs.closeSync(fd);
  },
  async 'append, create, exclusive'() {
    for (const part of ['one', 'two']) {
      const file = await uvfiles.open(at('log'), 'ab');
      await file.write(Buffer.from(part));
      await file.close();
    }
    assert.strictEqual(fs.readFileSync(at('log'), 'utf8'), 'onetwo');
    assert.strictEqual(await code(uvfiles.open(at('log'), 'xb')), 'EEXIST');
    assert.strictEqual(await code(uvfiles.open(at('none'), 'rb')), 'ENOENT');
    assert.strictEqual(await code(uvfiles.open(folder, 'wb')), 'EISDIR');
  },
  async 'truncate, sync, stat'() {
    const file = await uvfiles.open(at('t'), 'w+b');
    await file.write(Buffer.alloc(100, 1));
    await file.truncate(10);
    await file.sync();
    await file.datasync();
    const [mine, theirs] = [await file.stat(), fs.statSync(at('t'))];
    for (const field of /** @type {const} */ (['size', 'mode', 'dev', 'ino', 'nlink']))
      assert.strictEqual(mine[field], theirs[field], field);
    assert.strictEqual(Math.floor(mine.mtimeMs), Math.floor(theirs.mtimeMs)); // Deno's has no fraction
    assert.ok(mine.isFile());
    await file.close();
    assert.strictEqual((await uvfiles.os.stat(folder)).isDirectory(), true);
    assert.strictEqual((await uvfiles.os.stat(at('t'), { bigint: true })).size, 10n);
  },
  async 'text, lines, encodings'() {
    const file = await uvfiles.open(at('text'), 'w', { encoding: 'utf-8', newline: '\n' });
    assert.strictEqual(await file.write('first ✓\nsecond\n'), 15);
    await file.close();
    const lines = [];
    const reader = await uvfiles.open(at('text'));
    for await (const line of reader) lines.push(line);
    await reader.close();
    assert.deepStrictEqual(lines, ['first ✓\n', 'second\n']);
    const wide = await uvfiles.open(at('wide'), 'w', { encoding: 'utf-16' });
    await wide.write('x');
    await wide.close();
    assert.strictEqual(await uvfiles.readText(at('wide'), { encoding: 'utf-16' }), 'x');
    assert.strictEqual(
      await code(uvfiles.open(at('text'), 'r', { encoding: 'nope' })),
      'ERR_UNKNOWN_ENCODING',
    );
  },
  async 'whole files, large ones too'() {
    const data = Buffer.alloc(9_000_001, 'uvfiles ');
    await uvfiles.writeFile(at('large'), data);
    assert.ok(data.equals(await uvfiles.readBytes(at('large'))));
    await uvfiles.appendFile(at('large'), 'end');
    assert.strictEqual((await uvfiles.os.stat(at('large'))).size, 9_000_004);
  },
  async 'many operations at once'() {
    const file = await uvfiles.open(at('many'), 'w+b');
    await Promise.all(Array.from({ length: 500 }, (_, i) => file.pwrite(Buffer.from([i & 255]), i)));
    const bytes = await Promise.all(Array.from({ length: 500 }, (_, i) => file.pread(1, i)));
    bytes.forEach((each, i) => assert.strictEqual(each[0], i & 255));
    const inOrder = Array.from({ length: 500 }, () => file.read(1));
    (await Promise.all(inOrder)).forEach((each, i) => assert.strictEqual(each[0], i & 255));
    await file.close();
  },
  async 'abort and close'() {
    const file = await uvfiles.open(at('many'), 'rb');
    const error = await file
      .read(1, { signal: AbortSignal.abort() })
      .catch((/** @type {unknown} */ caught) => Object(caught));
    assert.strictEqual(error.name, 'AbortError');
    await Promise.all([file.read(1), file.close(), file.close()]);
  },
  async 'names of files and directories'() {
    const { os: calls } = uvfiles;
    await calls.makedirs(at('d', 'e', 'f'));
    fs.writeFileSync(at('d', 'g'), 'g');
    assert.deepStrictEqual((await calls.listdir(at('d'))).sort(), ['e', 'g']);
    await calls.rename(at('d', 'g'), at('d', 'h'));
    fs.writeFileSync(at('d', 'i'), 'new');
    await calls.rename(at('d', 'i'), at('d', 'h'));
    assert.strictEqual(fs.readFileSync(at('d', 'h'), 'utf8'), 'new');
    assert.strictEqual(await calls.exists(at('d', 'i')), false);
    await calls.link(at('d', 'h'), at('d', 'j'));
    assert.strictEqual((await calls.stat(at('d', 'h'))).nlink, 2);
    await calls.unlink(at('d', 'j'));
    assert.strictEqual(await code(calls.rmdir(at('d'))), 'ENOTEMPTY');
    await calls.rmdir(at('d', 'e', 'f'));
    assert.strictEqual(await code(calls.unlink(at('d', 'nothing'))), 'ENOENT');
    assert.strictEqual(await uvfiles.path.isdir(at('d')), true);
    await calls.rmtree(at('d'));
    assert.strictEqual(fs.existsSync(at('d')), false);
  },
  async scandir() {
    fs.mkdirSync(at('s', 'sub'), { recursive: true });
    fs.writeFileSync(at('s', 'file'), '');
    const found = [];
    for await (const entry of await uvfiles.os.scandir(at('s'))) found.push(entry.name);
    assert.deepStrictEqual(found.sort(), ['file', 'sub']);
  },
  async walk() {
    fs.mkdirSync(at('w', 'sub'), { recursive: true });
    fs.writeFileSync(at('w', 'sub', 'file'), '');
    const seen = [];
    for await (const [top, , files] of uvfiles.os.walk(at('w')))
      seen.push([path.basename(top), files.length]);
    assert.deepStrictEqual(seen, [
      ['w', 0],
      ['sub', 1],
    ]);
  },
  async 'copy and move'() {
    fs.mkdirSync(at('c'));
    fs.writeFileSync(at('c', 'from'), 'content');
    await uvfiles.os.copy(at('c', 'from'), at('c', 'to'));
    assert.strictEqual(fs.readFileSync(at('c', 'to'), 'utf8'), 'content');
    await uvfiles.os.move(at('c', 'to'), at('c', 'moved'));
    assert.strictEqual(fs.existsSync(at('c', 'to')), false);
  },
  async copytree() {
    fs.mkdirSync(at('ct', 'sub'), { recursive: true });
    fs.writeFileSync(at('ct', 'sub', 'file'), 'x');
    await uvfiles.os.copytree(at('ct'), at('ct2'));
    assert.strictEqual(fs.readFileSync(at('ct2', 'sub', 'file'), 'utf8'), 'x');
  },
  async 'atomic write'() {
    fs.writeFileSync(at('atomic'), 'old');
    await uvfiles.writeAtomic(at('atomic'), 'new');
    assert.strictEqual(fs.readFileSync(at('atomic'), 'utf8'), 'new');
    assert.deepStrictEqual(
      fs.readdirSync(folder).filter((each) => each.includes('atomic')),
      ['atomic'],
    );
  },
  async 'an atomic file'() {
    fs.writeFileSync(at('replaced'), 'old');
    const file = await uvfiles.openAtomic(at('replaced'), 'wb');
    await file.write(Buffer.from('new'));
    await file.flush();
    assert.strictEqual(fs.readFileSync(at('replaced'), 'utf8'), 'old');
    await file.commit();
    assert.strictEqual(fs.readFileSync(at('replaced'), 'utf8'), 'new');
    const dropped = await uvfiles.openAtomic(at('replaced'));
    await dropped.write('never');
    await dropped.abort();
    assert.strictEqual(fs.readFileSync(at('replaced'), 'utf8'), 'new');
    assert.deepStrictEqual(
      fs.readdirSync(folder).filter((each) => each.includes('replaced')),
      ['replaced'],
    );
  },
  async 'errors that no system call made'() {
    const file = await uvfiles.tempfile.spooledTemporaryFile();
    const error = await file.seek(-1, 1).catch((/** @type {unknown} */ caught) => Object(caught));
    assert.deepStrictEqual([error.code, error.syscall], ['EINVAL', 'lseek']);
    await file.close();
  },
  async 'names of matches, with the separators of the system'() {
    fs.mkdirSync(at('g', 'sub'), { recursive: true });
    fs.writeFileSync(at('g', 'sub', 'x.ts'), '');
    const found = [];
    for await (const each of uvfiles.os.glob('**/*.ts', { cwd: at('g') })) found.push(each);
    for await (const each of uvfiles.os.glob(at('g', '*', 'x.ts'))) found.push(each);
    for await (const entry of await uvfiles.os.scandir(at('g'))) found.push(entry.path);
    assert.deepStrictEqual(found, [path.join('sub', 'x.ts'), at('g', 'sub', 'x.ts'), at('g', 'sub')]);
    assert.strictEqual(await code(uvfiles.os.copy(at('g'), at('copy'))), 'EISDIR');
  },
  async 'many files at once'() {
    const names = Array.from({ length: 20 }, (_, i) => at(`f${i}`));
    for (const each of names) fs.writeFileSync(each, each);
    const contents = [];
    for await (const each of uvfiles.readMany(names)) contents.push(each);
    assert.strictEqual(contents.length, 20);
    assert.strictEqual((await uvfiles.statMany(names)).length, 20);
  },
  async 'temporary files'() {
    const { tempfile } = uvfiles;
    const nameless = await tempfile.temporaryFile();
    await nameless.write(Buffer.from('abc'));
    await nameless.seek(0);
    assert.strictEqual(String(await nameless.read()), 'abc');
    await nameless.close();
    const named = await tempfile.namedTemporaryFile();
    assert.ok(fs.existsSync(named.name));
    await named.close();
    assert.ok(!fs.existsSync(named.name));
    const spooled = await tempfile.spooledTemporaryFile({ maxSize: 2 });
    await spooled.write(Buffer.from('abc'));
    await spooled.close();
    const directory = await tempfile.temporaryDirectory();
    fs.mkdirSync(path.join(directory.name, 'x', 'y'), { recursive: true });
    fs.writeFileSync(path.join(directory.name, 'x', 'y', 'z'), '');
    await directory.cleanup();
    assert.ok(!fs.existsSync(directory.name));
  },
  async 'paths of 300 characters'() {
    const deep = at('x'.repeat(100), 'y'.repeat(100), 'z'.repeat(60));
    await uvfiles.os.makedirs(deep);
    await uvfiles.writeFile(path.join(deep, 'file'), 'deep');
    assert.strictEqual(await uvfiles.readText(path.join(deep, 'file')), 'deep');
    await uvfiles.os.rmtree(at('x'.repeat(100)));
  },
  async 'lanes and figures'() {
    const lane = uvfiles.createLane({ name: 'suite', concurrency: 1 });
    const contents = await Promise.all([1, 2, 3].map(() => uvfiles.readBytes(at('log'), { lane })));
    assert.strictEqual(contents.length, 3);
    assert.ok(uvfiles.metrics().lanes.suite);
  },
  async 'web streams'() {
    const file = await uvfiles.open(at('large'), 'rb');
    let size = 0;
    for await (const chunk of file.readableStream()) size += chunk.length;
    assert.strictEqual(size, 9_000_004);
    await file.close();
  },
  async 'worker threads'() {
    const { Worker } = require('node:worker_threads');
    const program = `
      const { parentPort, workerData } = require('node:worker_threads');
      const { readBytes } = require(workerData.name);
      (async () => {
        const sizes = await Promise.all(Array.from({ length: 50 }, async () => (await readBytes(workerData.file)).length));
        parentPort.postMessage(sizes.every((size) => size === 9000004));
        // The parent ends this thread while these are under way.
        for (;;) await Promise.all(Array.from({ length: 20 }, () => readBytes(workerData.file)));
      })();`;
    const resolved = require.resolve(name);
    for (let round = 0; round < 3; round++) {
      const worker = new Worker(program, { eval: true, workerData: { name: resolved, file: at('large') } });
      const answer = await new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      assert.strictEqual(answer, true);
      await worker.terminate();
    }
  },
};

async function main() {
  const runtime = process.versions.bun
    ? `Bun ${process.versions.bun}`
    : process.versions.deno
      ? `Deno ${process.versions.deno}`
      : `Node ${process.versions.node}`;
  console.log(`${runtime}, ${process.platform}-${process.arch}`);
  const counts = { passed: 0, failed: 0, lacking: 0 };
  for (const [title, check] of Object.entries(checks)) {
    let timer;
    const limit = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${LIMIT_MS / 1000} s`)), LIMIT_MS);
    });
    const error = await Promise.race([check(), limit]).then(
      () => undefined,
      (caught) => caught ?? new Error('rejected with nothing'),
    );
    clearTimeout(timer);
    if (lacking.has(title) && error) {
      counts.lacking++;
      console.log(`  lacks  ${title} (${error.message})`);
    } else if (error || lacking.has(title)) {
      counts.failed++;
      console.log(`  FAIL   ${title}: ${error ? error.stack : 'is listed as lacking, and works'}`);
    } else {
      counts.passed++;
      console.log(`  ok     ${title}`);
    }
  }
  fs.rmSync(folder, { recursive: true, force: true });
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.lacking} lacking`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
