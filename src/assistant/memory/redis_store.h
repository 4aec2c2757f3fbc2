// Sessions in Redis (5 and later), shared by replicas. All keys of an assistant are in one hash
// slot; what changes a session is one script, so that it is atomic.
#pragma once

#include <memory>
#include <string>

#include "assistant/memory/session_store.h"

namespace argosy::assistant {

/// `url`: redis:// or rediss://. Errors: kInvalidArgument (URL), kUnavailable, kUnauthenticated.
Result<std::unique_ptr<SessionStore>> OpenRedisStore(const std::string& url,
                                                     const SessionLimits& limits);

}  // namespace argosy::assistant
