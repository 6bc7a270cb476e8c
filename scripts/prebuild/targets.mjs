// What a binary is made with, for each system that has one: a row a target. Cross recipes run on Debian with zig and
// MinGW; native ones (--native) take the compiler of the system they run on, as the release workflow does.
import { debianCommand, zig } from './tools.mjs';

/** The oldest glibc that a binary may ask for: Debian 10, RHEL 8, and statx. */
export const GLIBC_FLOOR = '2.28';

const ZIG_TRIPLES = {
  'linux-x64': `x86_64-linux-gnu.${GLIBC_FLOOR}`,
  'linux-arm64': `aarch64-linux-gnu.${GLIBC_FLOOR}`,
  'linux-x64-musl': 'x86_64-linux-musl',
  'linux-arm64-musl': 'aarch64-linux-musl',
  'darwin-x64': 'x86_64-macos.11.0',
  'darwin-arm64': 'aarch64-macos.11.0',
  'win32-arm64': 'aarch64-windows-gnu',
};

const LINUX_LINK = ['-shared', '-s', '-Wl,--gc-sections', '-Wl,-z,relro', '-Wl,-z,now'];
const DARWIN_LINK = [
  '-shared',
  '-s',
  '-undefined',
  'dynamic_lookup',
  '-Wl,-dead_strip',
  '-install_name',
  '@rpath/uvfiles.node',
];
const WINDOWS_LINK = ['-shared', '-s', '-Wl,--gc-sections', '-lbcrypt'];
const WINDOWS_DEFINES = [
  ...['NOMINMAX', 'WIN32_LEAN_AND_MEAN', '_WIN32_WINNT=0x0A00', 'UNICODE', '_UNICODE'],
  // Not MinGW's own printf, which is large and not used.
  '__USE_MINGW_ANSI_STDIO=0',
];

const PLATFORM = {
  linux: {
    gyp: 'linux',
    defines: ['_FILE_OFFSET_BITS=64', '_GNU_SOURCE'],
    flags: ['-fPIC'],
    link: [...LINUX_LINK, '-Wl,--version-script=src-native/exports.map'],
  },
  // zig leaves local names and its whole run-time library in: the code at least is made small.
  darwin: { gyp: 'mac', defines: [], flags: ['-fPIC', '-Os'], link: DARWIN_LINK },
  win32: { gyp: 'win', defines: WINDOWS_DEFINES, flags: [], link: WINDOWS_LINK },
};

const WITHOUT_RUNTIMES = ['-static-libstdc++', '-static-libgcc'];

async function crossCompiler(target) {
  if (target === 'win32-x64') {
    const prefix = 'x86_64-w64-mingw32';
    const cxx = await debianCommand(`${prefix}-g++-posix`, ['g++-mingw-w64-x86-64-posix']);
    // winpthread and the C++ library inside; no time of building in the header, no address made of the file's path.
    const same = ['-Wl,--no-insert-timestamp', '-Wl,--disable-auto-image-base'];
    return { command: [cxx], link: ['-static', ...WITHOUT_RUNTIMES, ...same] };
  }
  const isGlibc = ZIG_TRIPLES[target].includes('-gnu.');
  return {
    command: [await zig(), 'c++', '-target', ZIG_TRIPLES[target]],
    link: [],
    sources: isGlibc ? ['scripts/prebuild/glibc-stat.cc'] : [],
  };
}

function nativeCompiler(target) {
  const [system, arch] = target.split('-');
  if (system === 'darwin') {
    const triple = `${arch === 'x64' ? 'x86_64' : 'arm64'}-apple-macos11`;
    return { command: ['clang++', '-target', triple], link: [] };
  }
  return { command: (process.env.CXX ?? 'c++').split(' '), link: WITHOUT_RUNTIMES };
}

export const TARGETS = [...Object.keys(ZIG_TRIPLES).slice(0, 6), 'win32-x64', 'win32-arm64'];

/** { system, arch, gyp, command, sources, defines, flags, link } of a target. */
export async function recipe(target, native) {
  const [system, arch] = target.split('-');
  const compiler = native ? nativeCompiler(target) : await crossCompiler(target);
  const platform = PLATFORM[system];
  const { command, link, sources = [] } = compiler;
  return { ...platform, system, arch, command, sources, link: [...platform.link, ...link] };
}
