// Sessions in PostgreSQL, shared by replicas.
#pragma once

#include <memory>
#include <string>

#include "assistant/memory/session_store.h"

namespace argosy::assistant {

/// `url` as libpq takes it. Errors: kUnavailable with the server's reason, without the password.
Result<std::unique_ptr<SessionStore>> OpenPostgresStore(const std::string& url,
                                                        const SessionLimits& limits);

}  // namespace argosy::assistant
