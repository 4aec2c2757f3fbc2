// What is kept of conversations, for those whose it is: list, read, delete, export, erase.
#pragma once

#include "assistant/chain/assistant.h"
#include "net/exchange.h"

namespace argosy::assistant::internal {

/// Any of the /sessions routes, told apart by method and path. `user` in the query says whose
/// sessions; another user's is answered as one that does not exist. Blocks.
void HandleSessions(const Assistant& assistant, Exchange& exchange);

}  // namespace argosy::assistant::internal
