#include "resources/guardrail.h"

namespace argosy::resources {

std::span<const Choice<GuardrailKind>> Choices(GuardrailKind) {
    static constexpr Choice<GuardrailKind> kChoices[] = {
        {GuardrailKind::kPii, "pii", "personal data: addresses, numbers of phones and cards ..."},
        {GuardrailKind::kInjection, "injection",
         "text that tries to give the model orders, above all in what was found"},
        {GuardrailKind::kTopics, "topics", "what is talked about, as deny and allow say"},
        {GuardrailKind::kLength, "length", "more than maxCharacters"}};
    return kChoices;
}

std::span<const Choice<GuardrailAction>> Choices(GuardrailAction) {
    static constexpr Choice<GuardrailAction> kChoices[] = {
        {GuardrailAction::kMask, "mask", "the place is made unreadable (length: cut off)"},
        {GuardrailAction::kRefuse, "refuse", "the request ends with message"},
        {GuardrailAction::kFlag, "flag", "it goes on; the trace and the metrics tell"}};
    return kChoices;
}

const Description<Guardrail>& Describe(const Guardrail*) {
    static const auto kDescription =
        Description<Guardrail>("Guardrail", "One check, and what is done where it finds something.")
            .Field("kind", &Guardrail::kind, "What is looked for.", {.required = true})
            .Field("action", &Guardrail::action, "What is done where it is found.")
            .Field("deny", &Guardrail::deny, "Topics not to be talked about, in a few words each.",
                   {.min_items = 1})
            .Field("allow", &Guardrail::allow, "The only topics to be talked about.",
                   {.min_items = 1})
            .Field("maxCharacters", &Guardrail::max_characters, "Most characters, for length.",
                   {.min = 1, .max = 10'000'000})
            .Field("message", &Guardrail::message,
                   "What the user is told; without it, which check refused.")
            .Holds(Needs("kind", {"length"}, {"maxCharacters"}))
            .Holds(OnlyFor("kind", {"length"}, {"maxCharacters"}))
            .Holds(OnlyFor("kind", {"topics"}, {"deny", "allow"}));
    return kDescription;
}

}  // namespace argosy::resources
