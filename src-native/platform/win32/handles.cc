#include "platform/win32/handles.h"

#include <io.h>
#include <uv.h>

#include <cerrno>

namespace uvfiles {
namespace win32 {

namespace {

// Looked up by name rather than imported, because the program that loads the addon may lack them.
struct Program {
  int (*open)(HANDLE) = nullptr;
  HANDLE (*get)(int) = nullptr;
  int (*close)(uv_loop_t*, uv_fs_t*, uv_file, uv_fs_cb) = nullptr;
  void (*cleanup)(uv_fs_t*) = nullptr;

  Program() {
    const HMODULE module = ::GetModuleHandleW(nullptr);
    find(module, "uv_open_osfhandle", &open);
    find(module, "uv_get_osfhandle", &get);
    find(module, "uv_fs_close", &close);
    find(module, "uv_fs_req_cleanup", &cleanup);
  }
  bool IsComplete() const { return open && get && close && cleanup; }

 private:
  template <typename Function>
  static void find(HMODULE module, const char* name, Function* function) {
    *function = reinterpret_cast<Function>(reinterpret_cast<void*>(::GetProcAddress(module, name)));
  }
};

const Program& TheProgram() {
  static const Program program;
  return program;
}

}  // namespace

HANDLE HandleOf(int fd) {
  if (fd < 0) return INVALID_HANDLE_VALUE;
  const Program& program = TheProgram();
  const HANDLE handle =
      program.IsComplete() ? program.get(fd) : reinterpret_cast<HANDLE>(::_get_osfhandle(fd));
  // -2 is a standard descriptor of a program without a console.
  return handle == reinterpret_cast<HANDLE>(-2) ? INVALID_HANDLE_VALUE : handle;
}

int DescriptorOf(UniqueHandle handle) {
  const Program& program = TheProgram();
  const int fd = program.IsComplete()
                     ? program.open(handle.Get())
                     : ::_open_osfhandle(reinterpret_cast<intptr_t>(handle.Get()), 0);
  if (fd < 0) return UV_EMFILE;
  handle.Release();
  return fd;
}

int CloseDescriptorNow(int fd) {
  const Program& program = TheProgram();
  if (!program.IsComplete()) return ::_close(fd) == 0 ? 0 : (errno == EBADF ? UV_EBADF : UV_EIO);
  // Without a callback, libuv closes it at once and does not need a loop.
  uv_fs_t request;
  const int result = program.close(nullptr, &request, fd, nullptr);
  program.cleanup(&request);
  return result;
}

}  // namespace win32
}  // namespace uvfiles
