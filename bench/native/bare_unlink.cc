// The minimum cost of a removal: a directory of directories of files, removed by threads that take
// one directory each and only list and unlink. JavaScript waits meanwhile.
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "module.h"

namespace {

std::vector<std::string> NamesIn(int fd) {
  std::vector<std::string> names;
  DIR* const dir = ::fdopendir(fd);
  if (dir == nullptr) return names;
  while (const dirent* entry = ::readdir(dir)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(dir);
  return names;
}

int OpenBelow(int parent, const char* name) {
  return ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

}  // namespace

namespace bench {

napi_value RemoveTree(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  char path[4096];
  size_t length = 0;
  int32_t threads = 1;
  napi_get_value_string_utf8(env, arguments[0], path, sizeof path, &length);
  napi_get_value_int32(env, arguments[1], &threads);

  const int top = OpenBelow(AT_FDCWD, path);
  const std::vector<std::string> directories = NamesIn(::dup(top));
  std::atomic<size_t> next{0};
  std::vector<std::thread> workers;
  for (int32_t i = 0; i < threads; i++) {
    workers.emplace_back([&] {
      for (size_t at = next++; at < directories.size(); at = next++) {
        const int fd = OpenBelow(top, directories[at].c_str());
        for (const std::string& name : NamesIn(::dup(fd))) ::unlinkat(fd, name.c_str(), 0);
        ::close(fd);
        ::unlinkat(top, directories[at].c_str(), AT_REMOVEDIR);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  ::close(top);
  ::rmdir(path);
  return nullptr;
}

}  // namespace bench
