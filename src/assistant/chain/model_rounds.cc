// The model's part of an answer: rounds of text and tool calls, until there are no more calls.
#include <algorithm>

#include "assistant/chain/answer_run.h"
#include "assistant/chain/words.h"

namespace argosy::assistant::internal {

namespace {
// Answers that say they don't know do so at once.
constexpr size_t kUnknownWithin = 200;
}  // namespace

Result<void> AnswerRun::RunRounds(std::vector<Message> messages, AnswerStream& stream) {
    ModelRequest request{std::move(messages), {}, request_.sampling.value_or(config_.sampling)};
    const size_t most = HasTools() ? parts_.tools->limits().max_rounds : 0;
    for (size_t round = 0;; ++round) {
        // In the last round the model has no tools and must answer.
        request.tools = round < most ? parts_.tools->specs() : std::vector<ToolSpec>();
        if (HasTools() && round == most) trace_.Decide("no more tools", "the limit of rounds");
        ARGOSY_TRY(const ModelReply reply, OneRound(request, round, stream));
        answer_.usage += reply.usage;
        answer_.finish = reply.finish.empty() ? "stop" : reply.finish;
        const bool ended = stream.reader_left() || stream.guard().ended();
        if (reply.calls.empty() || round >= most || ended) return {};
        request.messages.push_back({"assistant", reply.text, reply.calls});
        RunTools(reply, request.messages);
        if (stop_.stop_requested()) return Err(ErrorCode::kCancelled, "the client left");
    }
}

Result<ModelReply> AnswerRun::OneRound(const ModelRequest& request, size_t round,
                                       AnswerStream& stream) {
    Trace::Step step = trace_.Begin("model");
    step.Note("model", parts_.model->name());
    step.Note("round", round);
    step.Note("tools", request.tools.size());
    const auto began = parts_.clock.steady();
    std::optional<std::chrono::nanoseconds> first;
    const TextSink sink = [&](std::string_view text) {
        if (!first) first = parts_.clock.steady() - began;
        return stream.Push(text);
    };
    ARGOSY_TRY(ModelReply reply, parts_.model->Chat(request, sink, stop_));
    if (first) {
        step.Note("first_text_us",
                  std::chrono::duration_cast<std::chrono::microseconds>(*first).count());
    }
    step.Note("prompt_tokens", reply.usage.prompt_tokens);
    step.Note("cached_tokens", reply.usage.cached_tokens);
    step.Note("completion_tokens", reply.usage.completion_tokens);
    step.Note("finish", reply.finish);
    step.Note("calls", reply.calls.size());
    return reply;
}

void AnswerRun::RunTools(const ModelReply& reply, std::vector<Message>& messages) {
    const size_t most = parts_.tools->limits().max_calls;
    for (size_t i = 0; i < reply.calls.size(); ++i) RunTool(reply.calls[i], i < most, messages);
}

void AnswerRun::RunTool(const ToolCall& call, bool allowed, std::vector<Message>& messages) {
    Trace::Step step = trace_.Begin("tool");
    step.Note("tool", call.name);
    step.Note("arguments", call.arguments);
    ToolOutcome outcome{"Error: too many calls at once", false, "too_many_calls"};
    if (allowed) outcome = parts_.tools->Call(call, stop_);
    step.Note("ok", outcome.ok);
    if (!outcome.ok) step.Note("problem", outcome.problem);
    step.Note("bytes", outcome.content.size());
    // What a tool says is text that others wrote, as passages are.
    std::vector<Passage> said(1);
    said[0].id = "of tool " + call.name;
    said[0].text = std::move(outcome.content);
    for (Finding& finding : CheckPassages(config_.guard, said)) {
        findings_.push_back(std::move(finding));
    }
    const std::string text = said.empty() ? "Error: the result was refused" : said[0].text;
    step.Note("result", text);
    messages.push_back({"tool", text, {}, call.id});
}

void AnswerRun::TakeStream(const AnswerStream& stream) {
    answer_.text = stream.text();
    if (answer_.text.empty()) {
        trace_.Decide("unknown", "the model said nothing");
        answer_.unknown = true;
        return Say(config_.unknown.answer);
    }
    answer_.refused = stream.guard().refused();
    for (const Finding& finding : stream.guard().findings()) findings_.push_back(finding);
    for (const size_t number : stream.citations().cited()) {
        answer_.citations.push_back({number, passages_[number - 1]});
    }
    Trace::Step step = trace_.Begin("citations");
    step.Note("cited", json::value_from(stream.citations().cited()));
    step.Note("dropped", json::value_from(stream.citations().dropped()));
    answer_.unknown = SaysUnknown();
    if (answer_.unknown) trace_.Decide("unknown", "the model says so");
}

bool AnswerRun::SaysUnknown() const {
    if (!answer_.citations.empty()) return false;
    const std::string words = NormalizeWords(answer_.text.substr(0, kUnknownWithin));
    return std::ranges::any_of(config_.unknown.phrases, [&](const std::string& phrase) {
        return HasPhrase(words, NormalizeWords(phrase));
    });
}

}  // namespace argosy::assistant::internal
