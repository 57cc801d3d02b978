#ifndef GRIDLOOP_MIGRATIONS_H
#define GRIDLOOP_MIGRATIONS_H

#include <stddef.h>

/// One migration as it stands in `sql/`; the text is not terminated.
typedef struct {
  const char *name;
  const unsigned char *text;
  size_t length;
} gl_migration;

/// How many migrations there are.
size_t gl_migration_count(void);

/// The migration at a place below the count, in their order; it lives as long as the process.
gl_migration gl_migration_at(size_t index);

#endif
