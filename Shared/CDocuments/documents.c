#include "CDocuments.h"

static const unsigned char openapi[] = {
#embed "../../docs/openapi.yaml"
};

const unsigned char *gl_openapi_text(void) { return openapi; }

size_t gl_openapi_length(void) { return sizeof openapi; }
