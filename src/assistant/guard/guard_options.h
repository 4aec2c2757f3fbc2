// Which checks an assistant makes, and what it does about what they find.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace argosy::assistant {

enum class GuardAction {
    kOff,
    kFlag,    // noted in the trace, nothing else
    kMask,    // taken out or replaced
    kRefuse,  // the question is refused, the passage left out, the answer ended
};
/// "off", "flag", "mask", "refuse".
std::string_view ToString(GuardAction action);

struct GuardOptions {
    GuardAction input_pii = GuardAction::kOff;
    GuardAction output_pii = GuardAction::kOff;
    GuardAction input_injection = GuardAction::kFlag;
    GuardAction passage_injection = GuardAction::kMask;  // text that others wrote
    GuardAction off_topic = GuardAction::kRefuse;
    /// A question must hold one of these words or phrases (none: any question may be asked), and
    /// none of those. Beginnings of words count: "jacket" allows "jackets".
    std::vector<std::string> allowed_topics;
    std::vector<std::string> denied_topics;
    size_t max_input_bytes = 8 << 10;
    GuardAction input_length = GuardAction::kRefuse;  // kMask cuts
    size_t max_output_bytes = 32 << 10;
    GuardAction output_length = GuardAction::kMask;  // cuts; kRefuse adds the refusal
    std::string refusal = "Sorry, I cannot help with that.";
};

/// What a check found and what was done; never the text itself, which may be what must not be kept.
struct Finding {
    std::string check;  // "pii", "injection", "topic", "length"
    std::string where;  // "input", "passage P0012", "output"
    std::string what;   // "email", "ignore_instructions", "off_topic", ...
    GuardAction action = GuardAction::kFlag;

    bool operator==(const Finding&) const = default;
};
json::array FindingsToJson(const std::vector<Finding>& findings);

}  // namespace argosy::assistant
