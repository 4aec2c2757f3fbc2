// The pool of base under this room's name.
#pragma once

#include "base/worker_pool.h"

namespace argosy::serve {

using argosy::WorkerPool;

}  // namespace argosy::serve
