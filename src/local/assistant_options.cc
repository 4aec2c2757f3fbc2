#include "local/assistant_options.h"

#include <algorithm>

namespace argosy::local {

namespace {

namespace rs = resources;
using assistant::GuardAction;
using assistant::GuardOptions;
using Warnings = std::vector<std::string>;

constexpr size_t kBytesPerToken = 4;  // of English and code; others have fewer tokens in a budget

GuardAction ActionOf(rs::GuardrailAction action) {
    switch (action) {
        case rs::GuardrailAction::kMask:
            return GuardAction::kMask;
        case rs::GuardrailAction::kFlag:
            return GuardAction::kFlag;
        case rs::GuardrailAction::kRefuse:
            break;
    }
    return GuardAction::kRefuse;
}

void AddInput(const rs::Guardrail& guard, GuardOptions& out) {
    const GuardAction action = ActionOf(guard.action);
    switch (guard.kind) {
        case rs::GuardrailKind::kPii:
            out.input_pii = action;
            break;
        case rs::GuardrailKind::kInjection:
            out.input_injection = out.passage_injection = action;
            break;
        case rs::GuardrailKind::kTopics:
            out.off_topic = action;
            out.allowed_topics.insert(out.allowed_topics.end(), guard.allow.begin(),
                                      guard.allow.end());
            out.denied_topics.insert(out.denied_topics.end(), guard.deny.begin(), guard.deny.end());
            break;
        case rs::GuardrailKind::kLength:
            out.input_length = action;
            out.max_input_bytes = static_cast<size_t>(guard.max_characters.value_or(0));
            break;
    }
    if (guard.message) out.refusal = *guard.message;
}

void AddOutput(const rs::Guardrail& guard, size_t index, GuardOptions& out, Warnings& warnings) {
    const GuardAction action = ActionOf(guard.action);
    switch (guard.kind) {
        case rs::GuardrailKind::kPii:
            out.output_pii = action;
            break;
        case rs::GuardrailKind::kLength:
            out.output_length = action;
            out.max_output_bytes = static_cast<size_t>(guard.max_characters.value_or(0));
            break;
        case rs::GuardrailKind::kInjection:
        case rs::GuardrailKind::kTopics:
            warnings.push_back(
                fmt::format("guardrails.output[{}] is checked in questions only; "
                            "move it to guardrails.input",
                            index));
            break;
    }
    if (guard.message) out.refusal = *guard.message;
}

GuardOptions GuardsOf(const rs::Guardrails& guardrails, Warnings& warnings) {
    GuardOptions out;
    for (const rs::Guardrail& guard : guardrails.input) AddInput(guard, out);
    for (size_t i = 0; i < guardrails.output.size(); ++i) {
        AddOutput(guardrails.output[i], i, out, warnings);
    }
    return out;
}

assistant::PromptOptions PromptOf(const rs::AssistantSpec& spec) {
    assistant::PromptOptions out;
    out.system = spec.prompt;
    while (out.system.ends_with('\n')) out.system.pop_back();
    out.heading = spec.answering.heading;
    out.line = spec.answering.line;
    out.question_first = spec.answering.question_first;
    out.max_context_bytes = static_cast<size_t>(spec.answering.context_tokens) * kBytesPerToken;
    return out;
}

assistant::Sampling SamplingOf(const rs::Sampling& own, const rs::Sampling& model,
                               Warnings& warnings) {
    assistant::Sampling out;
    const auto as_float = [](const std::optional<double>& value) {
        return value ? std::optional(static_cast<float>(*value)) : std::nullopt;
    };
    out.temperature = as_float(own.temperature ? own.temperature : model.temperature);
    out.top_p = as_float(own.top_p ? own.top_p : model.top_p);
    const auto most = own.max_tokens ? own.max_tokens : model.max_tokens;
    if (most) out.max_tokens = *most;
    out.stop = own.stop.empty() ? model.stop : own.stop;
    if (own.top_k) warnings.push_back("sampling.topK has no effect here; set it at the Model");
    return out;
}

assistant::HistoryOptions HistoryOf(const rs::Memory& memory) {
    assistant::HistoryOptions out;
    out.max_messages = 2 * static_cast<size_t>(memory.window);  // a turn is two
    out.summarise = memory.summarize;
    return out;
}

assistant::RewriteMode RewriteOf(rs::Rewrite rewrite) {
    switch (rewrite) {
        case rs::Rewrite::kRules:
            return assistant::RewriteMode::kRules;
        case rs::Rewrite::kModel:
            return assistant::RewriteMode::kModel;
        case rs::Rewrite::kNone:
            break;
    }
    return assistant::RewriteMode::kOff;
}

}  // namespace

assistant::AssistantConfig AssistantConfigOf(const rs::Assistant& assistant,
                                             const rs::Sampling& model, Warnings& warnings) {
    const rs::AssistantSpec& spec = assistant.spec;
    assistant::AssistantConfig config;
    config.name = assistant.metadata.name;
    config.description = spec.ui.title;
    config.prompt = PromptOf(spec);
    config.history = HistoryOf(spec.memory);
    config.rewrite = RewriteOf(spec.answering.rewrite);
    config.history_for_follow_ups_only = spec.answering.history == rs::ShownHistory::kFollowUps;
    config.unknown.answer = spec.answering.unknown;
    config.unknown.ask_model_anyway = spec.answering.always_ask;
    config.guard = GuardsOf(spec.guardrails, warnings);
    config.sampling = SamplingOf(spec.sampling, model, warnings);
    config.ui = {spec.ui.title, spec.ui.greeting, spec.ui.suggestions};
    if (!spec.answering.citations) {
        warnings.push_back(
            "answering.citations: false has no effect; leave the numbers out of the "
            "prompt by answering.line");
    }
    return config;
}

}  // namespace argosy::local
