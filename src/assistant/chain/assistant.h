// One assistant: a question goes through memory, standalone question, search, prompt, the model
// (with tools), checks and citations, and back into memory. Thread-safe; a question blocks the
// thread that asks it.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "assistant/chain/config.h"
#include "assistant/memory/session_store.h"
#include "assistant/searcher.h"
#include "assistant/tools/tool_box.h"
#include "assistant/trace.h"

namespace argosy::assistant {

struct AskRequest {
    std::string message{};
    std::string session{};  // empty: a new one
    std::string user{};     // whose session it is; empty: nobody in particular
    /// The conversation so far, where the client keeps it (OpenAI's API): no session is read or
    /// written.
    std::optional<std::vector<StoredMessage>> history{};
    std::optional<Sampling> sampling{};  // instead of the configuration's
};

struct Citation {
    size_t number = 0;  // as the text has it: [n]
    Passage passage;
};

struct Answer {
    std::string text;
    std::string session;  // empty without memory
    std::vector<Citation> citations;
    bool unknown = false;  // the assistant said that it does not know
    bool refused = false;  // by a guardrail
    std::string finish = "stop";
    ModelUsage usage;
    json::object trace;
};

/// {"number", "id", "title", "source", "text", "metadata"} each.
json::array CitationsToJson(const std::vector<Citation>& citations, bool with_text);

/// What an assistant stands on.
struct AssistantParts {
    std::shared_ptr<const ChatModel> model;
    std::shared_ptr<const Searcher> searcher;  // may be null: nothing is looked up
    std::shared_ptr<SessionStore> sessions;    // may be null: nothing is remembered
    std::shared_ptr<const ToolBox> tools;      // may be null
    Clock clock = Clock::System();
};

class Assistant {
  public:
    /// CHECKs that there is a model.
    Assistant(AssistantConfig config, AssistantParts parts);

    const AssistantConfig& config() const { return config_; }
    const AssistantParts& parts() const { return parts_; }

    /// Blocks until the answer is whole; its text goes to `on_text` as it comes, checked. Errors:
    /// kInvalidArgument (an empty question, a bad session id), kPermissionDenied (another user's
    /// session), kCancelled (`stop`, or `on_text` gave false), and those of the model, the index
    /// and the store. An answer that was made but could not be remembered is an answer; the trace
    /// tells.
    Result<Answer> Ask(const AskRequest& request, const TextSink& on_text,
                       std::stop_token stop) const;

    /// What may be done once the answer has been sent: the summary of what left the history's
    /// window. Errors: the store's and the model's.
    Result<void> AfterAnswer(const std::string& session, std::stop_token stop) const;

  private:
    AssistantConfig config_;
    AssistantParts parts_;
};

}  // namespace argosy::assistant
