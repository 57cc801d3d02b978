#ifndef GRIDLOOP_DOCUMENTS_H
#define GRIDLOOP_DOCUMENTS_H

#include <stddef.h>

/// The text of docs/openapi.yaml, compiled in so that a service needs no file beside it; not terminated, and it lives
/// as long as the process.
const unsigned char *gl_openapi_text(void);

/// Its length in bytes.
size_t gl_openapi_length(void);

#endif
