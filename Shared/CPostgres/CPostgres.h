#ifndef GRIDLOOP_CPOSTGRES_H
#define GRIDLOOP_CPOSTGRES_H

#include <postgresql/libpq-fe.h>

#endif
