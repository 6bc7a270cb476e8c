# How the addon is compiled, wherever it is: in the repository by binding.gyp, in an installed package by what
# `npx uvfiles build` writes. Those say of what, and where node-addon-api is. Included into a target.
{
  'variables': {
    # '', 'address' or 'undefined' or 'thread': scripts/sanitized.ts sets it for a build in a tree of its own.
    'uvfiles_sanitize%': '',
  },
  'defines': [
    'NAPI_VERSION=9',
    'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
    # In a worker that is being terminated nothing can be thrown: without this node-addon-api would abort the process.
    'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
  ],
  'cflags_cc!': ['-std=gnu++17', '-std=gnu++14'],
  'cflags_cc': ['-std=gnu++20'],
  'cflags': ['-fvisibility=hidden', '-Wall', '-Wextra', '-Wno-unused-parameter'],
  'conditions': [
    ['OS=="linux"', {
      # GCC 12 takes std::string's own assignment for an overlapping copy (its bug 105651).
      'cflags_cc': ['-Wno-restrict'],
      # Large offsets on 32-bit too; GNU for statx, preadv2, openat2's neighbours.
      'defines': ['_FILE_OFFSET_BITS=64', '_GNU_SOURCE'],
    }],
    ['OS=="linux" and uvfiles_sanitize==""', {
      # One binary for every distribution: no C++ runtime of the build machine's is needed or exported.
      'ldflags': ['-static-libstdc++', '-static-libgcc', '-Wl,-z,relro,-z,now', '-Wl,--version-script=../src-native/exports.map'],
    }],
    ['OS!="win" and uvfiles_sanitize!=""', {
      'cflags!': ['-O3', '-fomit-frame-pointer'],
      'cflags': ['-fsanitize=<(uvfiles_sanitize)', '-fno-omit-frame-pointer', '-g', '-O1'],
      'ldflags': ['-fsanitize=<(uvfiles_sanitize)'],
    }],
    ['OS=="mac"', {
      'xcode_settings': {
        'CLANG_CXX_LANGUAGE_STANDARD': 'gnu++20',
        'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
        'MACOSX_DEPLOYMENT_TARGET': '11.0',
        'WARNING_CFLAGS': ['-Wall', '-Wextra', '-Wno-unused-parameter'],
      },
    }],
    ['OS=="win"', {
      'defines': ['NOMINMAX', 'WIN32_LEAN_AND_MEAN', '_WIN32_WINNT=0x0A00'],
      'msvs_settings': {
        'VCCLCompilerTool': { 'AdditionalOptions': ['/std:c++20', '/utf-8'] },
      },
    }],
  ],
}
