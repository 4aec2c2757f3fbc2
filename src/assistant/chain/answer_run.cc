#include "assistant/chain/answer_run.h"

#include "assistant/memory/session_rules.h"
#include "base/text.h"

namespace argosy::assistant::internal {

namespace {

std::string Without(std::string_view text, std::string_view ends) {
    while (!text.empty() && ends.contains(text.back())) text.remove_suffix(1);
    while (!text.empty() && ends.contains(text.front())) text.remove_prefix(1);
    return std::string(text);
}

json::array PassagesToJson(const std::vector<Passage>& passages) {
    json::array out;
    for (const Passage& passage : passages) {
        out.push_back({{"id", passage.id},
                       {"title", passage.title},
                       {"source", passage.source},
                       {"score", passage.score}});
    }
    return out;
}

void Move(std::vector<Finding> from, std::vector<Finding>& to) {
    for (Finding& finding : from) to.push_back(std::move(finding));
}

}  // namespace

Result<Answer> AnswerRun::Run() {
    if (CheckQuestion()) {
        if (message_.empty()) return Err(ErrorCode::kInvalidArgument, "the question is empty");
        ARGOSY_CHECK_OK(ReadMemory());
        ARGOSY_CHECK_OK(MakeStandalone());
        if (!CheckTopicOf()) return Finish();
        ARGOSY_CHECK_OK(SearchPassages());
        if (stop_.stop_requested()) return Err(ErrorCode::kCancelled, "the client left");
        if (NothingFits()) {
            trace_.Decide("unknown", "no passage fits the question");
            answer_.unknown = true;
            Say(config_.unknown.answer);
        } else {
            ARGOSY_CHECK_OK(AskModel());
        }
        Remember();
    }
    return Finish();
}

bool AnswerRun::CheckQuestion() {
    Trace::Step step = trace_.Begin("check_input");
    step.Note("bytes", request_.message.size());
    CheckedText checked =
        CheckInput(config_.guard, Without(SanitizeUtf8(request_.message), " \t\r\n"));
    message_ = std::move(checked.text);
    step.Note("findings", FindingsToJson(checked.findings));
    Move(std::move(checked.findings), findings_);
    answer_.refused = checked.refused;
    if (checked.refused) Say(config_.guard.refusal);
    return !checked.refused;
}

Result<void> AnswerRun::ReadMemory() {
    Trace::Step step = trace_.Begin("memory");
    Session session;
    if (request_.history) {
        session.messages = *request_.history;
        step.Note("from", "request");
    } else if (parts_.sessions) {
        answer_.session = request_.session.empty() ? NewSessionId() : request_.session;
        const SessionKey key{config_.name, answer_.session};
        ARGOSY_TRY(auto loaded, parts_.sessions->Load(key, parts_.clock.unix_millis()));
        if (loaded && loaded->info.user != request_.user) {
            return Err(ErrorCode::kPermissionDenied, "the session '{}' is another user's",
                       answer_.session);
        }
        if (loaded) session = std::move(*loaded);
        step.Note("from", loaded ? "session" : "new session");
    }
    history_ = ChooseHistory(session, config_.history);
    step.Note("messages", session.messages.size());
    step.Note("used", history_.recent.size());
    step.Note("summary_bytes", history_.summary.size());
    all_messages_ = std::move(session.messages);
    return {};
}

Result<void> AnswerRun::MakeStandalone() {
    Trace::Step step = trace_.Begin("standalone");
    standalone_ = {message_, FollowUp::kNone};
    if (config_.rewrite == RewriteMode::kOff) return {};
    const bool has_history = !history_.recent.empty() || !history_.summary.empty();
    bool by_rules = true;
    if (config_.rewrite == RewriteMode::kModel && has_history) {
        auto rewritten = RewriteByModel(*parts_.model, message_, history_, stop_);
        if (!rewritten && stop_.stop_requested()) return std::unexpected(rewritten.error());
        by_rules = !rewritten;
        if (rewritten) standalone_ = std::move(*rewritten);
        if (by_rules) step.Note("model_failed", rewritten.error().ToString());
    }
    if (by_rules) standalone_ = ResolveQuestion(message_, all_messages_);
    step.Note("follow_up", ToString(standalone_.kind));
    step.Note("question", standalone_.question);
    return {};
}

bool AnswerRun::CheckTopicOf() {
    CheckedText checked = CheckTopic(config_.guard, standalone_.question);
    if (checked.findings.empty()) return true;
    Trace::Step step = trace_.Begin("check_topic");
    step.Note("findings", FindingsToJson(checked.findings));
    Move(std::move(checked.findings), findings_);
    answer_.refused = checked.refused;
    if (checked.refused) Say(config_.guard.refusal);
    return !checked.refused;
}

Result<void> AnswerRun::SearchPassages() {
    if (!parts_.searcher) return {};
    Trace::Step step = trace_.Begin("search");
    step.Note("question", standalone_.question);
    ARGOSY_TRY(Passages found, parts_.searcher->Search(standalone_.question, config_.search.limit));
    passages_ = std::move(found.list);
    missing_ = std::move(found.missing);
    step.Note("found", PassagesToJson(passages_));
    if (!missing_.empty()) step.Note("missing", json::value_from(missing_));
    if (!found.explanation.is_null()) step.Note("filters", std::move(found.explanation));
    if (config_.search.min_score) {
        const size_t unfit = std::erase_if(passages_, [&](const Passage& passage) {
            return passage.score < *config_.search.min_score;
        });
        step.Note("below_min_score", unfit);
    }
    auto findings = CheckPassages(config_.guard, passages_);
    if (!findings.empty()) step.Note("findings", FindingsToJson(findings));
    Move(std::move(findings), findings_);
    return {};
}

bool AnswerRun::NothingFits() const {
    return parts_.searcher && passages_.empty() && !HasTools() && !config_.unknown.ask_model_anyway;
}

Result<void> AnswerRun::AskModel() {
    std::vector<Message> messages;
    {
        Trace::Step step = trace_.Begin("prompt");
        size_t used = 0;
        const std::string text = QuestionText(standalone_.ForPrompt(message_), passages_, missing_,
                                              config_.prompt, used);
        passages_.resize(used);
        const bool with_history =
            !config_.history_for_follow_ups_only || standalone_.NeedsTurnsBefore();
        messages = BuildPrompt(config_.prompt, with_history ? history_ : History(), text);
        step.Note("passages", used);
        step.Note("messages", MessagesToJson(messages));
    }
    AnswerStream stream(passages_.size(), config_.guard, on_text_);
    ARGOSY_CHECK_OK(RunRounds(std::move(messages), stream));
    stream.Finish(config_.guard.refusal);
    if (stream.reader_left() || stop_.stop_requested()) {
        return Err(ErrorCode::kCancelled, "the client left");
    }
    TakeStream(stream);
    return {};
}

void AnswerRun::Remember() {
    if (answer_.session.empty() || answer_.refused) return;
    Trace::Step step = trace_.Begin("remember");
    const UnixMillis now = parts_.clock.unix_millis();
    std::vector<StoredMessage> messages{{"user", message_, now, {}},
                                        {"assistant", SanitizeUtf8(answer_.text), now, {}}};
    if (standalone_.kind != FollowUp::kNone) {
        messages[0].extra["standalone"] = standalone_.question;
    }
    if (!answer_.citations.empty()) {
        messages[1].extra["citations"] = CitationsToJson(answer_.citations, false);
    }
    const auto kept =
        parts_.sessions->Append({config_.name, answer_.session}, request_.user, messages, now);
    if (!kept) step.Note("failed", kept.error().ToString());
}

void AnswerRun::Say(const std::string& text) {
    answer_.text = text;
    (void)on_text_(text);
}

Answer AnswerRun::Finish() {
    if (answer_.refused && answer_.session.empty()) answer_.session = request_.session;
    answer_.trace = trace_.ToJson();
    answer_.trace["findings"] = FindingsToJson(findings_);
    answer_.trace["usage"] = {{"prompt_tokens", answer_.usage.prompt_tokens},
                              {"cached_tokens", answer_.usage.cached_tokens},
                              {"completion_tokens", answer_.usage.completion_tokens}};
    return std::move(answer_);
}

}  // namespace argosy::assistant::internal
