#ifndef GRIDLOOP_GEOS_SHIM_H
#define GRIDLOOP_GEOS_SHIM_H

// Only the reentrant functions are used: the others share one hidden global context.
#include <geos_c.h>

#endif
