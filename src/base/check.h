// CHECK for invariants of our own: a broken one ends the process with its place, because going on
// would spread the damage. Never for input from outside.
#pragma once

namespace argosy::internal {
[[noreturn]] void CheckFailed(const char* file, int line, const char* what);
}

#define ARGOSY_CHECK(condition)   \
    (static_cast<bool>(condition) \
         ? void(0)                \
         : ::argosy::internal::CheckFailed(__FILE__, __LINE__, #condition))
