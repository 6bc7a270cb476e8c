// How the binary of each target is built. Cross recipes run on Debian with zig. Native recipes (--native) use the compiler of
// the system that they run on, as the release workflow does for macOS.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cxx } from '../support/compiler.ts';
import { inRoot } from '../support/root.mjs';
import { cxxRuntime } from './cxx-runtime.ts';
import { debianCommand, zig } from './tools.ts';

/** A file to compile, with its own flags. */
export interface Source {
  source: string;
  flags: string[];
}

/** How to make the binary of one target. */
export interface Recipe {
  system: string;
  arch: string;
  /** The name that gyp has for the system. */
  gyp: string;
  command: string[];
  linker: string[];
  /** Compiled in addition to the addon's own sources. */
  sources: Source[];
  defines: string[];
  flags: string[];
  link: string[];
}

type Compiler = Pick<Recipe, 'command' | 'link'> & Partial<Recipe>;

/** The oldest glibc that a binary may need: that of Debian 10 and RHEL 8, and the first with statx. */
export const GLIBC_FLOOR = '2.28';

/** The names that the linker script exports. */
export const EXPORTS = [
  ...readFileSync(inRoot('src-native/exports.map'), 'utf8').matchAll(/^ +(\w+);$/gm),
].map(([, name]) => name!);

/** The exports of one target. Windows lacks those that copies of the addon use to coordinate signal handlers. */
export const exportsOf = (target: string) =>
  target.startsWith('win32') ? EXPORTS.filter((name) => !name.startsWith('uvfiles_')) : EXPORTS;

const ZIG_TRIPLES: Record<string, string> = {
  'linux-x64': `x86_64-linux-gnu.${GLIBC_FLOOR}`,
  'linux-arm64': `aarch64-linux-gnu.${GLIBC_FLOOR}`,
  'linux-x64-musl': 'x86_64-linux-musl',
  'linux-arm64-musl': 'aarch64-linux-musl',
  'darwin-x64': 'x86_64-macos.11.0',
  'darwin-arm64': 'aarch64-macos.11.0',
  'win32-x64': 'x86_64-windows-gnu',
  'win32-arm64': 'aarch64-windows-gnu',
};

const LINUX_LINK = ['-shared', '-s', '-Wl,--gc-sections', '-Wl,-z,relro', '-Wl,-z,now'];
const WINDOWS_LINK = ['-shared', '-s', '-Wl,--gc-sections', '-lbcrypt'];

/** For Apple's linker: keep only what the exported functions reach, and look up Node's functions when the addon is loaded. */
const DARWIN_LINK = [
  ...['-dead_strip', '-x', '-S', '-undefined', 'dynamic_lookup', '-install_name', '@rpath/uvfiles.node'],
  ...EXPORTS.flatMap((name) => ['-exported_symbol', `_${name}`]),
];

const WINDOWS_DEFINES = [
  ...['NOMINMAX', 'WIN32_LEAN_AND_MEAN', '_WIN32_WINNT=0x0A00', 'UNICODE', '_UNICODE'],
  // Excludes MinGW's own printf, which is large and not used.
  '__USE_MINGW_ANSI_STDIO=0',
];

/** Nothing throws, so no unwind tables are needed. Windows keeps them for its own exception handling. */
const NO_UNWINDING = ['-fno-asynchronous-unwind-tables', '-fno-unwind-tables'];

const PLATFORM: Record<string, Pick<Recipe, 'gyp' | 'defines' | 'flags' | 'link'>> = {
  linux: {
    gyp: 'linux',
    defines: ['_FILE_OFFSET_BITS=64', '_GNU_SOURCE'],
    flags: ['-fPIC', ...NO_UNWINDING],
    link: [...LINUX_LINK, '-Wl,--version-script=src-native/exports.map'],
  },
  darwin: { gyp: 'mac', defines: [], flags: ['-fPIC', ...NO_UNWINDING], link: [] },
  win32: { gyp: 'win', defines: WINDOWS_DEFINES, flags: [], link: WINDOWS_LINK },
};

const WITHOUT_RUNTIMES = ['-static-libstdc++', '-static-libgcc'];

/**
 * zig links all targets except macOS: LLVM's linker makes a binary of less than half the size there. Its version 14 lacks -x.
 */
async function darwinLink(arch: string): Promise<Pick<Recipe, 'linker' | 'link'>> {
  const linker = await debianCommand('ld64.lld-16', ['lld-16']);
  const system = path.join(path.dirname(await zig()), 'lib/libc/darwin/libSystem.11.tbd');
  const about = ['-arch', arch === 'x64' ? 'x86_64' : 'arm64', '-platform_version', 'macos', '11.0', '11.0'];
  return { linker: [linker, '-dylib', ...about], link: [...DARWIN_LINK, '--icf=all', system] };
}

const partsOf = (target: string) => target.split('-') as [system: string, arch: string];

async function crossCompiler(target: string): Promise<Compiler> {
  const [system, arch] = partsOf(target);
  const triple = ZIG_TRIPLES[target]!;
  const isGlibc = triple.includes('-gnu.');
  return {
    command: [await zig(), 'c++', '-target', triple],
    sources: [
      ...(await cxxRuntime(system)),
      ...(isGlibc ? [{ source: 'scripts/prebuild/glibc-stat.cc', flags: [] }] : []),
    ],
    ...(system === 'darwin' ? await darwinLink(arch) : { link: ['-nostdlib++'] }),
  };
}

function nativeCompiler(target: string): Compiler {
  const [system, arch] = partsOf(target);
  if (system === 'darwin') {
    const command = ['clang++', '-target', `${arch === 'x64' ? 'x86_64' : 'arm64'}-apple-macos11`];
    return { command, linker: [...command, '-dynamiclib'], link: [`-Wl,${DARWIN_LINK.join(',')}`] };
  }
  return { command: cxx('c++'), link: WITHOUT_RUNTIMES };
}

export const TARGETS = Object.keys(ZIG_TRIPLES);

/** The recipe of a target. `native` uses this system's own compiler. */
export async function recipe(target: string, native: boolean): Promise<Recipe> {
  const [system, arch] = partsOf(target);
  const compiler = native ? nativeCompiler(target) : await crossCompiler(target);
  const platform = PLATFORM[system]!;
  const { command, linker = command, link, sources = [] } = compiler;
  return { ...platform, system, arch, command, linker, sources, link: [...platform.link, ...link] };
}
