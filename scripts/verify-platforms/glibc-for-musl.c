// The musl Bun wants a libstdc++ that Debian has for glibc only. This gives that one, under musl's loader, the few things
// it takes from glibc, so that the Bun starts; the addon has its C++ library inside and sees nothing of it.
#define _GNU_SOURCE
#include <link.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

char __libc_single_threaded = 0;
unsigned __cpu_model[4];
unsigned __cpu_features2[4];

int __cpu_indicator_init(void) { return 0; }

unsigned arc4random(void) {
  unsigned value = 0;
  getrandom(&value, sizeof value, 0);
  return value;
}

size_t __strftime_l(char *text, size_t size, const char *format, const struct tm *time, locale_t locale) {
  return strftime_l(text, size, format, time, locale);
}

// Destructors of thread-local objects never run: the process ends soon.
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *module) {
  (void)destroy, (void)object, (void)module;
  return 0;
}

// glibc 2.35's way to unwind tables: the object that holds an address, and its .eh_frame_hdr.
struct found {
  unsigned long long flags;
  void *map_start, *map_end;
  struct link_map *link_map;
  void *eh_frame;
  unsigned long long reserved[7];
};

struct search {
  ElfW(Addr) address;
  struct found *result;
};

static int look(struct dl_phdr_info *info, size_t size, void *data) {
  struct search *search = data;
  (void)size;
  int holds = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    ElfW(Addr) begin = info->dlpi_addr + header->p_vaddr;
    if (header->p_type == PT_LOAD && search->address - begin < header->p_memsz) {
      holds = 1;
      search->result->map_start = (void *)begin;
      search->result->map_end = (void *)(begin + header->p_memsz);
    }
    if (header->p_type == PT_GNU_EH_FRAME) search->result->eh_frame = (void *)begin;
  }
  return holds;
}

int _dl_find_object(void *address, struct found *result) {
  memset(result, 0, 5 * sizeof(void *));
  struct search search = {(ElfW(Addr))address, result};
  return dl_iterate_phdr(look, &search) == 1 && result->eh_frame != NULL ? 0 : -1;
}

// glibc's own name of the function by which arm64's libgcc detects the features of the processor.
unsigned long getauxval(unsigned long);
unsigned long __getauxval(unsigned long type) { return getauxval(type); }
