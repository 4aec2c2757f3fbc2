// What of a session goes into a prompt: its last messages, and a summary of what came before them.
// Choosing is pure; only making a summary asks the model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "assistant/chat_model.h"
#include "assistant/memory/session_store.h"

namespace argosy::assistant {

struct HistoryOptions {
    size_t max_messages = 10;
    size_t max_bytes = 6 << 10;
    /// Whether what leaves the window is summarised by the model; else it is forgotten.
    bool summarise = false;
    size_t summarise_at = 6;  // messages outside of the window and of the summary
    size_t max_summary_bytes = 2000;
};

struct History {
    std::string summary;
    std::vector<StoredMessage> recent;  // begins with a message of the user
};
History ChooseHistory(const Session& session, const HistoryOptions& options);

/// What a new summary is made of.
struct SummaryWork {
    std::string earlier;  // the summary so far
    std::vector<StoredMessage> messages;
    uint64_t upto = 0;  // for SessionStore::SetSummary
};
/// Nothing where summaries are off or too little has left the window.
std::optional<SummaryWork> SummaryDue(const Session& session, const HistoryOptions& options);
/// Asks the model. Errors: the model's.
Result<std::string> Summarise(const ChatModel& model, const SummaryWork& work,
                              const HistoryOptions& options, std::stop_token stop);

}  // namespace argosy::assistant
