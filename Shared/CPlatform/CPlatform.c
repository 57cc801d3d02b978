#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

int gl_eventfd_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int gl_eventfd_signal(int descriptor) {
  const uint64_t one = 1;
  for (;;) {
    if (write(descriptor, &one, sizeof one) == (ssize_t)sizeof one) return 0;
    if (errno == EINTR) continue;
    /* The counter is at its maximum: it is readable, which is all a signal promises. */
    return errno == EAGAIN ? 0 : -1;
  }
}

int gl_eventfd_clear(int descriptor) {
  uint64_t count = 0;
  for (;;) {
    if (read(descriptor, &count, sizeof count) == (ssize_t)sizeof count) return 1;
    if (errno == EINTR) continue;
    return errno == EAGAIN ? 0 : -1;
  }
}

void gl_thread_set_name(const char *name) {
  char short_name[16];
  strncpy(short_name, name, sizeof short_name - 1);
  short_name[sizeof short_name - 1] = '\0';
  pthread_setname_np(pthread_self(), short_name);
}

int64_t gl_process_rss_bytes(void) {
  long long total = 0, resident = -1;
  FILE *file = fopen("/proc/self/statm", "re");
  if (file == NULL) return -1;
  if (fscanf(file, "%lld %lld", &total, &resident) != 2) resident = -1;
  fclose(file);
  return resident < 0 ? -1 : (int64_t)resident * (int64_t)sysconf(_SC_PAGESIZE);
}

int64_t gl_process_cpu_microseconds(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) != 0) return -1;
  return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

static int limit(pid_t process, int resource, uint64_t value) {
  if (value == 0) return 0;
  const struct rlimit limits = {.rlim_cur = value, .rlim_max = value};
  return prlimit(process, resource, &limits, NULL);
}

int gl_limit_process(pid_t process, uint64_t address_space_bytes, uint64_t cpu_seconds, uint64_t open_files) {
  if (limit(process, RLIMIT_AS, address_space_bytes) != 0) return -1;
  if (limit(process, RLIMIT_CPU, cpu_seconds) != 0) return -1;
  return limit(process, RLIMIT_NOFILE, open_files);
}

int64_t gl_atomic_load_int64(const int64_t *place) { return __atomic_load_n(place, __ATOMIC_ACQUIRE); }

bool gl_atomic_raise_int64(int64_t *place, int64_t value) {
  int64_t seen = __atomic_load_n(place, __ATOMIC_ACQUIRE);
  while (seen < value) {
    if (__atomic_compare_exchange_n(place, &seen, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return true;
  }
  return seen == value;
}
