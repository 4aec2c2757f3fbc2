// One check of an assistant's questions or answers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "resources/describe/description.h"

namespace argosy::resources {

enum class GuardrailKind { kPii, kInjection, kTopics, kLength };
std::span<const Choice<GuardrailKind>> Choices(GuardrailKind);

enum class GuardrailAction { kMask, kRefuse, kFlag };
std::span<const Choice<GuardrailAction>> Choices(GuardrailAction);

struct Guardrail {
    GuardrailKind kind = GuardrailKind::kPii;
    GuardrailAction action = GuardrailAction::kRefuse;
    std::vector<std::string> deny;
    std::vector<std::string> allow;
    std::optional<int> max_characters;
    std::optional<std::string> message;

    bool operator==(const Guardrail&) const = default;
};
const Description<Guardrail>& Describe(const Guardrail*);

}  // namespace argosy::resources
