// The C++ library of the cross builds: the parts of zig's libc++ that the addon uses, compiled here without exceptions. The
// whole library, as zig links it, would be a third of the binary: an unwinder, the standard exceptions and their messages.
import path from 'node:path';
import type { Source } from './targets.ts';
import { zig } from './tools.ts';

const LIBRARY = [
  'string',
  'mutex',
  'mutex_destructor',
  'condition_variable',
  'condition_variable_destructor',
];
const MORE = ['chrono', 'hash', 'memory'];
const LANGUAGE = ['cxa_guard', 'cxa_virtual'];

/** The source files of the library for Linux, Windows or macOS. */
export async function cxxRuntime(system: string): Promise<Source[]> {
  const lib = path.join(path.dirname(await zig()), 'lib');
  const flags = [
    '-D_LIBCPP_BUILDING_LIBRARY',
    `-I${path.join(lib, 'libcxx/src')}`,
    `-I${path.join(lib, 'libcxxabi/include')}`,
    '-w',
  ];
  const threads = system === 'win32' ? ['support/win32/thread_win32', 'support/win32/support'] : [];
  const names = [
    ...[...LIBRARY, ...MORE, ...threads].map((each) => `libcxx/src/${each}.cpp`),
    ...LANGUAGE.map((each) => `libcxxabi/src/${each}.cpp`),
  ];
  return [
    ...names.map((name) => ({ source: path.join(lib, name), flags })),
    { source: 'scripts/prebuild/cxx-runtime.cc', flags: [] },
  ];
}
