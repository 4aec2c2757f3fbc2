#include "assistant/guard/guardrails.h"

#include <algorithm>
#include <set>

#include "assistant/chain/words.h"
#include "assistant/guard/injection.h"
#include "base/text.h"
#include "lifecycle/pii.h"

namespace argosy::assistant {

namespace {

constexpr const char* kInput = "input";

void CheckLength(const GuardOptions& options, CheckedText& checked) {
    if (options.input_length == GuardAction::kOff) return;
    if (checked.text.size() <= options.max_input_bytes) return;
    checked.findings.push_back({"length", kInput, "too_long", options.input_length});
    if (options.input_length == GuardAction::kRefuse) checked.refused = true;
    if (options.input_length != GuardAction::kMask) return;
    const std::string_view cut = std::string_view(checked.text).substr(0, options.max_input_bytes);
    checked.text.resize(CompleteUtf8(cut));
}

void CheckPii(const GuardOptions& options, CheckedText& checked) {
    if (options.input_pii == GuardAction::kOff) return;
    const auto found = lifecycle::FindPii(checked.text);
    for (const auto& match : found) {
        checked.findings.push_back(
            {"pii", kInput, lifecycle::ToString(match.kind), options.input_pii});
    }
    if (found.empty()) return;
    if (options.input_pii == GuardAction::kRefuse) checked.refused = true;
    if (options.input_pii == GuardAction::kMask) checked.text = lifecycle::MaskPii(checked.text);
}

// Masks `text` where that is the action. The patterns that were found, each once.
std::set<std::string_view> FindIn(std::string& text, GuardAction action) {
    std::string visible = WithoutInvisible(text);
    const auto matches = FindInjections(visible);
    std::set<std::string_view> names;
    for (const auto& match : matches) names.insert(match.name);
    if (!matches.empty() && action == GuardAction::kMask) text = MaskInjections(visible, matches);
    return names;
}

void CheckInjection(const GuardOptions& options, CheckedText& checked) {
    if (options.input_injection == GuardAction::kOff) return;
    const auto names = FindIn(checked.text, options.input_injection);
    for (const std::string_view name : names) {
        checked.findings.push_back(
            {"injection", kInput, std::string(name), options.input_injection});
    }
    if (!names.empty() && options.input_injection == GuardAction::kRefuse) checked.refused = true;
}

// Whole words, of which the last may go on: "rain jacket" is in "rain jackets".
bool Mentions(const std::string& words, const std::string& topic) {
    const std::string phrase = NormalizeWords(topic);
    if (phrase.empty()) return false;
    return words.starts_with(phrase) || words.find(" " + phrase) != std::string::npos;
}

bool MentionsAny(const std::string& words, const std::vector<std::string>& topics) {
    return std::ranges::any_of(topics, [&](const auto& topic) { return Mentions(words, topic); });
}

std::set<std::string_view> CheckPassage(Passage& passage, GuardAction action) {
    auto names = FindIn(passage.text, action);
    names.merge(FindIn(passage.title, action));
    for (auto& [name, value] : passage.metadata) {
        if (!value.is_string()) continue;
        std::string text(value.as_string());
        auto more = FindIn(text, action);
        if (!more.empty()) value = text;
        names.merge(more);
    }
    return names;
}

}  // namespace

std::string_view ToString(GuardAction action) {
    switch (action) {
        case GuardAction::kOff:
            return "off";
        case GuardAction::kFlag:
            return "flag";
        case GuardAction::kMask:
            return "mask";
        case GuardAction::kRefuse:
            return "refuse";
    }
    return "off";
}

json::array FindingsToJson(const std::vector<Finding>& findings) {
    json::array out;
    for (const Finding& finding : findings) {
        out.push_back({{"check", finding.check},
                       {"where", finding.where},
                       {"what", finding.what},
                       {"action", ToString(finding.action)}});
    }
    return out;
}

CheckedText CheckInput(const GuardOptions& options, std::string text) {
    CheckedText checked{std::move(text), false, {}};
    CheckLength(options, checked);
    if (checked.refused) return checked;  // nothing of it is looked at
    CheckPii(options, checked);
    CheckInjection(options, checked);
    return checked;
}

CheckedText CheckTopic(const GuardOptions& options, const std::string& standalone) {
    CheckedText checked{standalone, false, {}};
    if (options.off_topic == GuardAction::kOff) return checked;
    const std::string words = NormalizeWords(standalone);
    const bool denied = MentionsAny(words, options.denied_topics);
    const bool allowed =
        options.allowed_topics.empty() || MentionsAny(words, options.allowed_topics);
    if (!denied && allowed) return checked;
    checked.findings.push_back(
        {"topic", kInput, denied ? "denied_topic" : "off_topic", options.off_topic});
    // There is nothing to mask in a topic.
    checked.refused = options.off_topic != GuardAction::kFlag;
    return checked;
}

std::vector<Finding> CheckPassages(const GuardOptions& options, std::vector<Passage>& passages) {
    std::vector<Finding> findings;
    const GuardAction action = options.passage_injection;
    if (action == GuardAction::kOff) return findings;
    std::erase_if(passages, [&](Passage& passage) {
        const auto names = CheckPassage(passage, action);
        for (const std::string_view name : names) {
            findings.push_back({"injection", "passage " + passage.id, std::string(name), action});
        }
        return !names.empty() && action == GuardAction::kRefuse;
    });
    return findings;
}

}  // namespace argosy::assistant
