#ifndef GRIDLOOP_CPLATFORM_H
#define GRIDLOOP_CPLATFORM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/// Creates a non-blocking, close-on-exec event counter; -1 with errno set when the process has no descriptor left.
/// (`eventfd` is not visible to Swift through Glibc.)
int gl_eventfd_create(void);

/// Adds one to the counter, which makes the descriptor readable. Returns 0, or -1 with errno set. Any thread.
int gl_eventfd_signal(int descriptor);

/// Takes the counter back to zero. Returns 1 when it had been signalled, 0 when not, -1 with errno set. Any thread.
int gl_eventfd_clear(int descriptor);

/// Names the calling thread; the kernel keeps the first 15 bytes.
void gl_thread_set_name(const char *name);

/// Resident memory of this process in bytes, or -1 when /proc cannot be read.
int64_t gl_process_rss_bytes(void);

/// Processor time this process has used, user and system together, in microseconds.
int64_t gl_process_cpu_microseconds(void);

/// Limits another process (or this one: 0): address space in bytes, processor time in seconds, open descriptors.
/// A limit of 0 is left as it is. Returns 0, or -1 with errno set.
int gl_limit_process(pid_t process, uint64_t address_space_bytes, uint64_t cpu_seconds, uint64_t open_files);

/// Reads eight aligned bytes that another process may be writing.
int64_t gl_atomic_load_int64(const int64_t *place);

/// Writes `value` when it is not below what stands there. Returns false, changing nothing, when it is below.
bool gl_atomic_raise_int64(int64_t *place, int64_t value);

#endif
