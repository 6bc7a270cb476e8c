// What a binary is made with, for each system that has one: one row per target. Cross recipes run on Debian with
// zig; native ones (--native) take the compiler of the system they run on, as the release workflow does for macOS.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cxx } from '../support/compiler.ts';
import { inRoot } from '../support/root.mjs';
import { cxxRuntime } from './cxx-runtime.ts';
import { debianCommand, zig } from './tools.ts';

/** A file to compile, and flags of its own. */
export interface Source {
  source: string;
  flags: string[];
}

/** How to make the binary of one target. */
export interface Recipe {
  system: string;
  arch: string;
  /** gyp's name for the system. */
  gyp: string;
  command: string[];
  linker: string[];
  /** Compiled besides the addon's own. */
  sources: Source[];
  defines: string[];
  flags: string[];
  link: string[];
}

type Compiler = Pick<Recipe, 'command' | 'link'> & Partial<Recipe>;

/** The oldest glibc that a binary may ask for: Debian 10, RHEL 8, and statx. */
export const GLIBC_FLOOR = '2.28';

/** What the linker's script says that the addon shows. */
export const EXPORTS = [
  ...readFileSync(inRoot('src-native/exports.map'), 'utf8').matchAll(/^ +(\w+);$/gm),
].map(([, name]) => name!);

/** The same for one target: what copies of the addon tell each other about signals is not there on Windows. */
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

/** In the words of Apple's linker: what its exported functions reach, and Node's functions found when it is loaded. */
const DARWIN_LINK = [
  ...['-dead_strip', '-x', '-S', '-undefined', 'dynamic_lookup', '-install_name', '@rpath/uvfiles.node'],
  ...EXPORTS.flatMap((name) => ['-exported_symbol', `_${name}`]),
];

const WINDOWS_DEFINES = [
  ...['NOMINMAX', 'WIN32_LEAN_AND_MEAN', '_WIN32_WINNT=0x0A00', 'UNICODE', '_UNICODE'],
  // Not MinGW's own printf, which is large and not used.
  '__USE_MINGW_ANSI_STDIO=0',
];

/** Nothing throws, so nothing is unwound; Windows' own way of it needs the tables. */
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

/** zig links what it makes but for macOS, whose linker of LLVM's makes less than half as much of the same; 14 does not know -x yet. */
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

/** The recipe of a target. `native` takes this system's own compiler. */
export async function recipe(target: string, native: boolean): Promise<Recipe> {
  const [system, arch] = partsOf(target);
  const compiler = native ? nativeCompiler(target) : await crossCompiler(target);
  const platform = PLATFORM[system]!;
  const { command, linker = command, link, sources = [] } = compiler;
  return { ...platform, system, arch, command, linker, sources, link: [...platform.link, ...link] };
}
