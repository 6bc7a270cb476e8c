// The inline path while file systems are mounted, unmounted and mounted over each other.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';
import { metrics, open, os, readBytes, serveFile } from 'uvfiles';

import { mountOverlay, mountTmpfs } from '../support/file-systems.js';
import { skip } from '../support/skip.js';
import { EVENTUALLY, inlineHere, pattern } from '../support/inline.js';
import { needsRoot, runProgram, scratchDirectory } from '../support/temp.js';

const PAGE = 4096;

const ATTEMPTS = 100;

/** Expects that 16 cached pages are read inline, each according to mincore, once a thread has read the table of mounts. */
async function expectInlineByMapping(name: string): Promise<void> {
  readFileSync(name);
  let hits = 0;
  for (let i = 0; i < ATTEMPTS && hits !== 16; i++) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    hits = await hitsByMapping(name);
  }
  expect(hits).to.equal(16);
}

async function hitsByMapping(name: string): Promise<number> {
  const f = await open(name, 'rb');
  try {
    const before = metrics().pool.inline.by.mapping.hits;
    for (let page = 0; page < 16; page++) {
      const bytes = await f.pread(PAGE, page * PAGE);
      expect(bytes.equals(pattern(16 * PAGE).subarray(page * PAGE, (page + 1) * PAGE))).to.equal(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return metrics().pool.inline.by.mapping.hits - before;
  } finally {
    await f.close();
  }
}

async function servedFrom(
  root: string,
  name: string,
): Promise<{ origin: string; close: () => Promise<unknown> }> {
  const server = createServer((req, res) => void serveFile(req, res, name, { root }));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}/`,
    close: () => {
      server.closeAllConnections();
      return once(server.close(), 'close');
    },
  };
}

describe('the inline path and mounts', () => {
  const scratch = scratchDirectory();
  const needed = inlineHere();

  it('works after a shortage of descriptors in which no thread could read the table of mounts', async function () {
    needed(this);
    const file = path.join(scratch.path, 'after-shortage');
    writeFileSync(file, 'x');
    const { stdout, stderr } = await runProgram(
      `import { metrics, os } from 'uvfiles'; import fs from 'node:fs';
       const stats = async () => {
         for (let i = 0; i < 50; i++) await os.stat(process.argv[1]);
         return metrics().pool.inline.by.names.hits > 0;
       };
       const taken = []; try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
       for (let i = 0; i < 20; i++) {
         await stats();
         await new Promise((resolve) => setTimeout(resolve, 5));
       }
       for (const fd of taken) fs.closeSync(fd);
       ${EVENTUALLY}
       await eventually(stats);
       console.log(await stats());`,
      { limits: '-n 64', argv: [file] },
    );
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'true\n', stderr: '' });
  });

  it('notices a file system that is mounted over a known one', async function () {
    needed(this);
    needsRoot(this);
    const inner = path.join(scratch.path, 'inner');
    mkdirSync(inner);
    writeFileSync(path.join(inner, 'file'), 'below');
    for (let i = 0; i < 40; i++) {
      expect((await readBytes(path.join(inner, 'file'))).toString()).to.equal('below');
      await new Promise((resolve) => setImmediate(resolve));
    }
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'none', inner], { stdio: 'pipe' });
    } catch {
      skip(this, 'mounting is not permitted here');
    }
    try {
      writeFileSync(path.join(inner, 'file'), 'above');
      await new Promise((resolve) => setImmediate(resolve));
      for (let i = 0; i < 40; i++) {
        expect((await readBytes(path.join(inner, 'file'))).toString()).to.equal('above');
        expect((await os.stat(path.join(inner, 'file'))).dev).to.equal(
          statSync(path.join(inner, 'file')).dev,
        );
      }
    } finally {
      execFileSync('umount', [inner]);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect((await readBytes(path.join(inner, 'file'))).toString()).to.equal('below');
  });

  it('does not mistake a file system for an earlier one with the same device number', async function () {
    needed(this);
    needsRoot(this);
    const tmpfs = mountTmpfs(this, scratch.path);
    const held = path.join(tmpfs.mountpoint, 'file');
    let device: number;
    try {
      writeFileSync(held, 'in memory');
      device = statSync(held).dev;
      const f = await open(held, 'rb');
      expect((await f.pread(100, 0)).toString()).to.equal('in memory');
      await f.close();
    } finally {
      await tmpfs.unmount();
    }
    const { mountpoint, lower, unmount } = mountOverlay(this, scratch.path);
    try {
      const name = path.join(mountpoint, 'file');
      writeFileSync(path.join(lower, 'file'), pattern(16 * PAGE));
      if (statSync(name).dev !== device) skip(this, 'the kernel gave another number');
      await expectInlineByMapping(name);
    } finally {
      await unmount();
    }
  });

  it('reads cached files of overlayfs inline, because mincore reports them as resident', async function () {
    needed(this);
    needsRoot(this);
    const { mountpoint, lower, unmount } = mountOverlay(this, scratch.path);
    try {
      writeFileSync(path.join(lower, 'file'), pattern(16 * PAGE));
      await expectInlineByMapping(path.join(mountpoint, 'file'));
    } finally {
      await unmount();
    }
  });

  it('leaves no mapping of a file of overlayfs that serveFile has sent', async function () {
    needed(this);
    needsRoot(this);
    const { mountpoint, lower, unmount } = mountOverlay(this, scratch.path);
    try {
      writeFileSync(path.join(lower, 'file'), pattern(16 * PAGE));
      await expectInlineByMapping(path.join(mountpoint, 'file'));
      const { origin, close } = await servedFrom(mountpoint, 'file');
      for (let i = 0; i < 5; i++) {
        const response = await fetch(origin, { headers: { range: 'bytes=0-99' } });
        expect((await response.arrayBuffer()).byteLength).to.equal(100);
      }
      await close();
      const maps = readFileSync('/proc/self/maps', 'latin1').split('\n');
      expect(maps.filter((line) => line.endsWith(`${mountpoint}/file`))).to.deep.equal([]);
    } finally {
      await unmount();
    }
  });
});
