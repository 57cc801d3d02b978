#pragma once

#include <zmq.h>

// The library honours this option in every build, yet names it only in builds with draft interfaces.
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif
