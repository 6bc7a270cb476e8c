{
  'targets': [{
    'target_name': 'bare_uv',
    'sources': ['bare_uv.cc', 'bare_unlink.cc', 'figures_cost.cc', 'heap_bytes.cc', 'module.cc', 'thread_cpu.cc'],
    'cflags_cc': ['-std=c++17', '-O2', '-fno-exceptions', '-fno-rtti'],
  }],
}
