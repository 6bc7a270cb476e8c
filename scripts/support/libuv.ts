// Finds the system's libuv, which the C++ tests link to in place of Node's, and installs it where that is allowed.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cxx } from './compiler.ts';
import { exists, run } from './run.mjs';

/** Flags that compile and link a program with libuv. */
export interface LibuvFlags {
  cflags: string[];
  libs: string[];
}

const PROBE = '#include <uv.h>\nint main() { return uv_version() == 0; }\n';

async function flagsFromPkgConfig(): Promise<LibuvFlags> {
  const ask = async (what: string) => {
    const { code, output } = await run('pkg-config', [what, 'libuv']);
    return code === 0 ? output.trim().split(/\s+/).filter(Boolean) : undefined;
  };
  const cflags = await ask('--cflags');
  const libs = await ask('--libs');
  return cflags && libs ? { cflags, libs } : { cflags: [], libs: ['-luv'] };
}

async function links({ cflags, libs }: LibuvFlags): Promise<boolean> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'uvfiles-probe-'));
  try {
    const [compiler, ...first] = cxx();
    const args = ['-x', 'c++', '-', '-o', path.join(folder, 'probe'), ...cflags, ...libs, '-pthread'];
    return (await run(compiler, [...first, ...args], { input: PROBE })).code === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The flags, or why there are none. */
export async function ensureLibuv(): Promise<LibuvFlags | { missing: string }> {
  const [compiler] = cxx();
  if (!(await exists(compiler))) return { missing: `no C++ compiler: ${compiler} does not run` };
  const found = await flagsFromPkgConfig();
  if (await links(found)) return found;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !(await exists('apt-get'))) {
    return { missing: 'libuv is not installed: apt-get install libuv1-dev, or the like, and try again' };
  }
  console.log('Installing libuv1-dev for the C++ tests');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env });
  const { code, output } = await run('apt-get', ['install', '-y', '--no-install-recommends', 'libuv1-dev'], {
    env,
  });
  if (code !== 0)
    return { missing: `apt-get could not install libuv1-dev: ${output.trim().split('\n').at(-1)}` };
  const installed = await flagsFromPkgConfig();
  return (await links(installed)) ? installed : { missing: 'libuv1-dev is installed but does not link' };
}
