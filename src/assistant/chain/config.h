// What one assistant is: plain values, filled by whoever reads the application's file.
#pragma once

#include <string>
#include <vector>

#include "assistant/chain/prompt.h"
#include "assistant/chat_model.h"
#include "assistant/guard/guard_options.h"
#include "assistant/memory/history.h"

namespace argosy::assistant {

enum class RewriteMode { kOff, kRules, kModel };

struct SearchOptions {
    size_t limit = 5;
    /// Passages below it don't fit. What scores mean is the index's affair; nothing: all fit.
    std::optional<double> min_score;
};

struct UnknownOptions {
    std::string answer = "Sorry, I do not know. I could not find anything about that.";
    /// Ask the model although no passage fits (it may greet, or call a tool).
    bool ask_model_anyway = false;
    /// Beginnings and parts of the model's own way to say so.
    std::vector<std::string> phrases{"i do not know",     "i don't know",
                                     "i could not find",  "i couldn't find",
                                     "we do not have",    "i do not have an answer",
                                     "no information on", "not in the passages"};
};

/// How the console shows it; each may be empty.
struct UiOptions {
    std::string title;
    std::string greeting;
    std::vector<std::string> suggestions;
};

struct AssistantConfig {
    std::string name = "assistant";
    std::string description;
    PromptOptions prompt;
    SearchOptions search;
    HistoryOptions history;
    RewriteMode rewrite = RewriteMode::kRules;
    /// The prompt has the turns before only where the question is about a thing named in them; all
    /// others stand alone by then. For small models, which earlier turns lead astray.
    bool history_for_follow_ups_only = false;
    UnknownOptions unknown;
    GuardOptions guard;
    Sampling sampling;
    UiOptions ui;
};

}  // namespace argosy::assistant
