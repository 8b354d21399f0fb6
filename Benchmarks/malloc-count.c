// SPDX-License-Identifier: Apache-2.0
// Counts allocations of the process it is preloaded into and prints the number at its end: LD_PRELOAD=./malloc-count.so COMMAND
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_ulong count;
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) { atomic_fetch_add(&count, 1); return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { atomic_fetch_add(&count, 1); return __libc_calloc(number, size); }
void *realloc(void *old, size_t size) { atomic_fetch_add(&count, 1); return __libc_realloc(old, size); }
int posix_memalign(void **result, size_t alignment, size_t size) {
  atomic_fetch_add(&count, 1);
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : 12;
}

__attribute__((destructor)) static void report(void) { fprintf(stderr, "allocations %lu\n", atomic_load(&count)); }
