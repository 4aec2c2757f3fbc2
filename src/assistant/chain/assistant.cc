#include "assistant/chain/assistant.h"

#include "assistant/chain/answer_run.h"
#include "base/check.h"

namespace argosy::assistant {

json::array CitationsToJson(const std::vector<Citation>& citations, bool with_text) {
    json::array out;
    for (const Citation& citation : citations) {
        const Passage& passage = citation.passage;
        json::object one{{"number", citation.number},
                         {"id", passage.id},
                         {"title", passage.title},
                         {"source", passage.source}};
        if (with_text) {
            one["text"] = passage.text;
            one["metadata"] = passage.metadata;
        }
        out.push_back(std::move(one));
    }
    return out;
}

Assistant::Assistant(AssistantConfig config, AssistantParts parts)
    : config_(std::move(config)), parts_(std::move(parts)) {
    ARGOSY_CHECK(parts_.model != nullptr);
}

Result<Answer> Assistant::Ask(const AskRequest& request, const TextSink& on_text,
                              std::stop_token stop) const {
    internal::AnswerRun run(config_, parts_, request, on_text, std::move(stop));
    return run.Run();
}

Result<void> Assistant::AfterAnswer(const std::string& session, std::stop_token stop) const {
    if (!parts_.sessions || session.empty() || !config_.history.summarise) return {};
    const SessionKey key{config_.name, session};
    ARGOSY_TRY(const auto loaded, parts_.sessions->Load(key, parts_.clock.unix_millis()));
    const auto work = loaded ? SummaryDue(*loaded, config_.history) : std::nullopt;
    if (!work) return {};
    ARGOSY_TRY(const std::string summary,
               Summarise(*parts_.model, *work, config_.history, std::move(stop)));
    ARGOSY_CHECK_OK(parts_.sessions->SetSummary(key, summary, work->upto));
    return {};
}

}  // namespace argosy::assistant
