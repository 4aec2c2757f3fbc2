// The checks of what comes in: the question, its topic, and the passages that were found. Pure.
#pragma once

#include <string>
#include <vector>

#include "assistant/guard/guard_options.h"
#include "assistant/searcher.h"

namespace argosy::assistant {

struct CheckedText {
    std::string text;  // masked where that was the action
    bool refused = false;
    std::vector<Finding> findings;
};

/// Length, personal data, injections.
CheckedText CheckInput(const GuardOptions& options, std::string text);
/// Of the question as it stands alone, since "and in blue?" names no topic.
CheckedText CheckTopic(const GuardOptions& options, const std::string& standalone);
/// Masks or drops passages that hold injections, in their text, title and metadata.
std::vector<Finding> CheckPassages(const GuardOptions& options, std::vector<Passage>& passages);

}  // namespace argosy::assistant
