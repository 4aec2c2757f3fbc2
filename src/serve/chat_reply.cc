#include "serve/chat_reply.h"

#include "net/sse.h"
#include "serve/logprobs_json.h"
#include "serve/respond.h"

namespace argosy::serve {

json::object UsageJson(const Usage& usage) {
    return {{"prompt_tokens", usage.prompt_tokens},
            {"completion_tokens", usage.completion_tokens},
            {"total_tokens", usage.prompt_tokens + usage.completion_tokens},
            {"prompt_tokens_details", json::object{{"cached_tokens", usage.cached_tokens}}}};
}

std::string_view FinishName(FinishReason reason, bool tool_calls) {
    switch (reason) {
        case FinishReason::kStop:
            return tool_calls ? "tool_calls" : "stop";
        case FinishReason::kLength:
            return "length";
        case FinishReason::kCancelled:
            return "cancelled";
        case FinishReason::kError:
            break;
    }
    return "error";
}

namespace {

// What both ways of answering share.
struct Reply {
    std::shared_ptr<Exchange> exchange;
    const Tokenizer& tokenizer;
    ChatCompletionRequest request;
    std::string id = NewId("chatcmpl-");
    int64_t created = UnixSeconds();

    json::object Frame(std::string_view kind) const {
        return {{"id", id},
                {"object", kind},
                {"created", created},
                {"model", request.call.model},
                {"system_fingerprint", nullptr}};
    }
};

class WholeChatReply : public GenerationConsumer {
  public:
    WholeChatReply(Reply reply, const ToolCallParserOptions& parser) : reply_(std::move(reply)) {
        for (int32_t i = 0; i < reply_.request.call.sampling.n; ++i) choices_.emplace_back(parser);
    }

    void OnEvent(size_t, GenerateEvent event) override {
        if (static_cast<size_t>(event.choice) >= choices_.size()) return;
        Choice& choice = choices_[event.choice];
        choice.Add(choice.parser.Push(event.text));
        for (auto& token : event.logprobs) choice.logprobs.push_back(std::move(token));
        if (!event.finish) return;
        choice.Add(choice.parser.Finish());
        choice.finish = *event.finish;
        choice.stop_reason = std::move(event.stop_reason);
    }

    void OnDone(const Usage& total) override {
        json::array choices;
        for (size_t i = 0; i < choices_.size(); ++i) choices.push_back(ChoiceJson(i));
        json::object body = reply_.Frame("chat.completion");
        body["choices"] = std::move(choices);
        body["usage"] = UsageJson(total);
        RespondJson(*reply_.exchange, 200, body);
    }

    void OnError(const ApiError& error) override { RespondError(*reply_.exchange, error); }

  private:
    struct Choice {
        explicit Choice(const ToolCallParserOptions& options) : parser(options) {}
        void Add(const std::vector<ChatEvent>& events) {
            for (const ChatEvent& event : events) {
                switch (event.kind) {
                    case ChatEvent::Kind::kContent:
                        content += event.text;
                        break;
                    case ChatEvent::Kind::kReasoning:
                        reasoning += event.text;
                        break;
                    case ChatEvent::Kind::kToolCallBegin:
                        calls.push_back({event.name, {}});
                        break;
                    case ChatEvent::Kind::kToolArguments:
                        calls.back().second += event.text;
                        break;
                    case ChatEvent::Kind::kToolCallEnd:
                        break;
                }
            }
        }
        ToolCallParser parser;
        std::string content, reasoning;
        std::vector<std::pair<std::string, std::string>> calls;  // name, arguments
        std::vector<TokenLogprob> logprobs;
        FinishReason finish = FinishReason::kStop;
        std::string stop_reason;
    };

    json::object ChoiceJson(size_t index) const {
        const Choice& choice = choices_[index];
        json::object message{
            {"role", "assistant"}, {"content", choice.content}, {"refusal", nullptr}};
        if (!choice.reasoning.empty()) message["reasoning_content"] = choice.reasoning;
        if (!choice.calls.empty()) {
            json::array calls;
            for (const auto& [name, arguments] : choice.calls) {
                calls.push_back({{"id", NewId("call_")},
                                 {"type", "function"},
                                 {"function", {{"name", name}, {"arguments", arguments}}}});
            }
            message["tool_calls"] = std::move(calls);
            if (choice.content.empty()) message["content"] = nullptr;
        }
        json::object out{{"index", index},
                         {"message", std::move(message)},
                         {"logprobs", nullptr},
                         {"finish_reason", FinishName(choice.finish, !choice.calls.empty())}};
        if (reply_.request.logprobs) {
            out["logprobs"] = {{"content", ChatLogprobs(reply_.tokenizer, choice.logprobs)},
                               {"refusal", nullptr}};
        }
        return out;
    }

    Reply reply_;
    std::vector<Choice> choices_;
};

json::object Delta(std::string_view name, std::string_view text) {
    json::object delta;
    delta[name] = text;
    if (name == "role") delta["content"] = "";
    return delta;
}

class ChatStream : public GenerationConsumer {
  public:
    ChatStream(Reply reply, const ToolCallParserOptions& parser) : reply_(std::move(reply)) {
        const int32_t n = reply_.request.call.sampling.n;
        parsers_.assign(n, ToolCallParser(parser));
        begun_.assign(n, false);
    }

    void OnEvent(size_t, GenerateEvent event) override {
        if (!stream_) stream_ = StartSse(*reply_.exchange);
        usage_ = event.usage;
        const auto index = static_cast<size_t>(event.choice);
        if (index >= parsers_.size()) return;
        if (!begun_[index]) {
            begun_[index] = true;
            Send(index, Delta("role", "assistant"), nullptr, nullptr);
        }
        json::value logprobs = nullptr;
        if (reply_.request.logprobs && !event.logprobs.empty()) {
            logprobs = {{"content", ChatLogprobs(reply_.tokenizer, event.logprobs)},
                        {"refusal", nullptr}};
        }
        auto parts = parsers_[index].Push(event.text);
        if (event.finish) {
            for (auto& part : parsers_[index].Finish()) parts.push_back(std::move(part));
        }
        for (const ChatEvent& part : parts) SendPart(index, part, logprobs);
        // Tokens whose text is held back still have their log-probabilities told.
        if (!logprobs.is_null()) Send(index, Delta("content", ""), std::move(logprobs), nullptr);
        if (event.finish) {
            const bool calls = parsers_[index].tool_calls() > 0;
            Send(index, json::object(), nullptr, json::string(FinishName(*event.finish, calls)));
        }
    }

    void OnDone(const Usage& total) override {
        if (!stream_) stream_ = StartSse(*reply_.exchange);
        if (reply_.request.stream_usage) {
            json::object chunk = reply_.Frame("chat.completion.chunk");
            chunk["choices"] = json::array();
            chunk["usage"] = UsageJson(total);
            stream_->Write(FormatSse(json::serialize(chunk)));
        }
        stream_->Write(FormatSse("[DONE]"));
        stream_->Close();
    }

    void OnError(const ApiError& error) override {
        if (!stream_) return RespondError(*reply_.exchange, error);
        stream_->Write(FormatSse(ToJson(error)));
        stream_->Write(FormatSse("[DONE]"));
        stream_->Close();
    }

  private:
    void SendPart(size_t index, const ChatEvent& part, json::value& logprobs) {
        json::object delta;
        switch (part.kind) {
            case ChatEvent::Kind::kContent:
                delta["content"] = part.text;
                break;
            case ChatEvent::Kind::kReasoning:
                delta["reasoning_content"] = part.text;
                break;
            case ChatEvent::Kind::kToolCallBegin:
                delta["tool_calls"] =
                    ArrayOf({{"index", part.index},
                             {"id", NewId("call_")},
                             {"type", "function"},
                             {"function", {{"name", part.name}, {"arguments", ""}}}});
                break;
            case ChatEvent::Kind::kToolArguments:
                delta["tool_calls"] =
                    ArrayOf({{"index", part.index}, {"function", Delta("arguments", part.text)}});
                break;
            case ChatEvent::Kind::kToolCallEnd:
                return;
        }
        Send(index, std::move(delta), std::exchange(logprobs, nullptr), nullptr);
    }

    void Send(size_t index, json::object delta, json::value logprobs, json::value finish) {
        json::object chunk = reply_.Frame("chat.completion.chunk");
        chunk["choices"] = ArrayOf({{"index", index},
                                    {"delta", std::move(delta)},
                                    {"logprobs", std::move(logprobs)},
                                    {"finish_reason", std::move(finish)}});
        if (reply_.request.continuous_usage) {
            chunk["usage"] = UsageJson(usage_);
        } else if (reply_.request.stream_usage) {
            chunk["usage"] = nullptr;
        }
        stream_->Write(FormatSse(json::serialize(chunk)));
    }

    Reply reply_;
    std::shared_ptr<StreamWriter> stream_;
    std::vector<ToolCallParser> parsers_;
    std::vector<bool> begun_;
    Usage usage_;
};

}  // namespace

std::shared_ptr<GenerationConsumer> MakeChatReply(std::shared_ptr<Exchange> exchange,
                                                  const Tokenizer& tokenizer,
                                                  ChatCompletionRequest request,
                                                  const ToolCallParserOptions& parser) {
    const bool stream = request.stream;
    Reply reply{std::move(exchange), tokenizer, std::move(request)};
    if (stream) return std::make_shared<ChatStream>(std::move(reply), parser);
    return std::make_shared<WholeChatReply>(std::move(reply), parser);
}

}  // namespace argosy::serve
