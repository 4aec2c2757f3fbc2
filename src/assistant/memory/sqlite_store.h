// Sessions in a SQLite file: one process owns it.
#pragma once

#include <memory>
#include <string>

#include "assistant/memory/session_store.h"

namespace argosy::assistant {

/// `path` may be ":memory:". Errors: those of base/sqlite.h, kUnsupported for a file of
/// a later version.
Result<std::unique_ptr<SessionStore>> OpenSqliteStore(const std::string& path,
                                                      const SessionLimits& limits);

}  // namespace argosy::assistant
