// SPDX-License-Identifier: Apache-2.0
// Counts allocations of a program, for Benchmarks/run: cc -shared -fPIC -O2 malloc-count.c -o malloc-count.so,
// then LD_PRELOAD it. When the process ends, the count is written to the file named by MALLOC_COUNT.
// Calls glibc's internal names for the public functions, so no lookup (which would itself allocate) is needed.
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_ulong count;

static void one(void) { atomic_fetch_add_explicit(&count, 1, memory_order_relaxed); }

void *malloc(size_t size) { one(); return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { one(); return __libc_calloc(number, size); }
void *realloc(void *place, size_t size) { one(); return __libc_realloc(place, size); }
void *memalign(size_t alignment, size_t size) { one(); return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { one(); return __libc_memalign(alignment, size); }
int posix_memalign(void **place, size_t alignment, size_t size) {
  one();
  *place = __libc_memalign(alignment, size);
  return *place == NULL ? ENOMEM : 0;
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("MALLOC_COUNT");
  if (path == NULL) return;
  unsigned long total = atomic_load(&count);
  char text[32];
  int length = snprintf(text, sizeof text, "%lu\n", total);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return;
  if (write(file, text, (size_t)length) < 0) { /* The caller finds an empty file and reports it. */ }
  close(file);
}
