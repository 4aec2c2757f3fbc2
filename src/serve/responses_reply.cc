#include "serve/responses_reply.h"

#include "net/sse.h"
#include "serve/respond.h"

namespace argosy::serve {

namespace {

json::object OutputText(std::string_view text) {
    return {{"type", "output_text"},
            {"text", text},
            {"annotations", json::array()},
            {"logprobs", json::array()}};
}

json::object ReasoningText(std::string_view text) {
    json::object part;
    part["type"] = "reasoning_text";
    part["text"] = text;
    return part;
}

// One item of a response's output: reasoning, a message or a function call.
struct Item {
    enum class Kind { kReasoning, kMessage, kCall };
    Kind kind;
    std::string id;
    std::string text;  // reasoning, answer, or arguments
    std::string name, call_id;
    bool open = true;

    json::object ToJson() const {
        const char* status = open ? "in_progress" : "completed";
        switch (kind) {
            case Kind::kReasoning: {
                json::array content;
                if (!open) content = ArrayOf(ReasoningText(text));
                return {{"id", id},
                        {"type", "reasoning"},
                        {"summary", json::array()},
                        {"content", std::move(content)},
                        {"status", status}};
            }
            case Kind::kMessage: {
                json::array content;
                if (!open) content = ArrayOf(OutputText(text));
                return {{"id", id},
                        {"type", "message"},
                        {"role", "assistant"},
                        {"status", status},
                        {"content", std::move(content)}};
            }
            case Kind::kCall:
                break;
        }
        return {{"id", id},     {"type", "function_call"},       {"call_id", call_id},
                {"name", name}, {"arguments", open ? "" : text}, {"status", status}};
    }
};

class ResponsesReply : public GenerationConsumer {
  public:
    ResponsesReply(std::shared_ptr<Exchange> exchange, ResponsesRequest request,
                   const ToolCallParserOptions& parser, std::shared_ptr<ResponseStore> store)
        : exchange_(std::move(exchange)),
          request_(std::move(request)),
          parser_(parser),
          store_(std::move(store)) {}

    void OnEvent(size_t, GenerateEvent event) override {
        Begin();
        for (const ChatEvent& part : parser_.Push(event.text)) Take(part);
        if (!event.finish) return;
        for (const ChatEvent& part : parser_.Finish()) Take(part);
        CloseItem();
        cut_ = *event.finish == FinishReason::kLength;
    }

    void OnDone(const Usage& total) override {
        Begin();
        json::object response = Response(cut_ ? "incomplete" : "completed");
        response["usage"] = json::object{
            {"input_tokens", total.prompt_tokens},
            {"input_tokens_details", json::object{{"cached_tokens", total.cached_tokens}}},
            {"output_tokens", total.completion_tokens},
            {"output_tokens_details", json::object{{"reasoning_tokens", 0}}},
            {"total_tokens", total.prompt_tokens + total.completion_tokens}};
        if (request_.store) store_->Put(id_, {response, Conversation()});
        if (!request_.stream) return RespondJson(*exchange_, 200, response);
        const char* type = cut_ ? "response.incomplete" : "response.completed";
        Send(type, {{"response", std::move(response)}});
        stream_->Close();
    }

    void OnError(const ApiError& error) override {
        if (!stream_) return RespondError(*exchange_, error);
        json::object response = Response("failed");
        response["error"] = json::object{{"code", "server_error"}, {"message", error.message}};
        Send("response.failed", {{"response", std::move(response)}});
        stream_->Close();
    }

  private:
    void Begin() {
        if (!request_.stream || stream_) return;
        stream_ = StartSse(*exchange_);
        Send("response.created", {{"response", Response("in_progress")}});
        Send("response.in_progress", {{"response", Response("in_progress")}});
    }

    void Take(const ChatEvent& part) {
        switch (part.kind) {
            case ChatEvent::Kind::kContent:
                return AddText(Item::Kind::kMessage, "response.output_text.delta", part.text);
            case ChatEvent::Kind::kReasoning:
                return AddText(Item::Kind::kReasoning, "response.reasoning_text.delta", part.text);
            case ChatEvent::Kind::kToolCallBegin:
                CloseItem();
                OpenItem({Item::Kind::kCall, NewId("fc_"), {}, part.name, NewId("call_")});
                return;
            case ChatEvent::Kind::kToolArguments:
                items_.back().text += part.text;
                SendOfItem("response.function_call_arguments.delta", "delta",
                           json::string(part.text));
                return;
            case ChatEvent::Kind::kToolCallEnd:
                return CloseItem();
        }
    }

    void AddText(Item::Kind kind, std::string_view event, const std::string& text) {
        if (items_.empty() || !items_.back().open || items_.back().kind != kind) {
            CloseItem();
            OpenItem({kind, NewId(kind == Item::Kind::kMessage ? "msg_" : "rs_"), {}, {}, {}});
        }
        items_.back().text += text;
        SendOfPart(event, "delta", json::string(text));
    }

    void OpenItem(Item item) {
        items_.push_back(std::move(item));
        Send("response.output_item.added",
             {{"output_index", items_.size() - 1}, {"item", items_.back().ToJson()}});
        if (items_.back().kind == Item::Kind::kCall) return;
        SendOfPart("response.content_part.added", "part", Part(""));
    }

    json::object Part(std::string_view text) const {
        return items_.back().kind == Item::Kind::kMessage ? OutputText(text) : ReasoningText(text);
    }

    void CloseItem() {
        if (items_.empty() || !items_.back().open) return;
        Item& item = items_.back();
        item.open = false;
        if (item.kind == Item::Kind::kCall) {
            SendOfItem("response.function_call_arguments.done", "arguments",
                       json::string(item.text));
        } else {
            const bool message = item.kind == Item::Kind::kMessage;
            SendOfPart(message ? "response.output_text.done" : "response.reasoning_text.done",
                       "text", json::string(item.text));
            SendOfPart("response.content_part.done", "part", Part(item.text));
        }
        Send("response.output_item.done",
             {{"output_index", items_.size() - 1}, {"item", item.ToJson()}});
    }

    void SendOfItem(std::string_view type, std::string_view name, json::value value) {
        json::object event{{"item_id", items_.back().id}, {"output_index", items_.size() - 1}};
        if (type == "response.function_call_arguments.done") event["name"] = items_.back().name;
        event[name] = std::move(value);
        Send(type, std::move(event));
    }

    void SendOfPart(std::string_view type, std::string_view name, json::value value) {
        json::object event{{"item_id", items_.back().id},
                           {"output_index", items_.size() - 1},
                           {"content_index", 0}};
        if (type.starts_with("response.output_text")) event["logprobs"] = json::array();
        event[name] = std::move(value);
        Send(type, std::move(event));
    }

    void Send(std::string_view type, json::object event) {
        if (!stream_) return;
        event["type"] = type;
        event["sequence_number"] = sequence_++;
        stream_->Write(FormatSse(json::serialize(event), type));
    }

    json::object Response(std::string_view status) const {
        json::array output;
        for (const Item& item : items_) output.push_back(item.ToJson());
        const SamplingParams& sampling = request_.call.sampling;
        json::object out{{"id", id_},
                         {"object", "response"},
                         {"created_at", created_},
                         {"status", status},
                         {"error", nullptr},
                         {"incomplete_details", nullptr},
                         {"instructions", request_.instructions},
                         {"max_output_tokens", nullptr},
                         {"model", request_.call.model},
                         {"output", std::move(output)},
                         {"parallel_tool_calls", request_.call.parallel_tool_calls},
                         {"previous_response_id", nullptr},
                         {"store", request_.store},
                         {"temperature", sampling.temperature},
                         {"top_p", sampling.top_p},
                         {"tool_choice", request_.tool_choice},
                         {"tools", request_.tools},
                         {"truncation", "disabled"},
                         {"usage", nullptr},
                         {"metadata", request_.metadata}};
        out["text"] = json::object{{"format", request_.text_format}};
        if (sampling.max_tokens >= 0) out["max_output_tokens"] = sampling.max_tokens;
        if (!request_.previous_id.empty()) out["previous_response_id"] = request_.previous_id;
        if (status == "incomplete") {
            out["incomplete_details"] = json::object{{"reason", "max_output_tokens"}};
        }
        return out;
    }

    // The chat with this answer, as a later response goes on from it; instructions do not carry
    // over (OpenAI's rule).
    json::array Conversation() const {
        json::array messages = request_.call.chat.messages;
        if (!request_.instructions.is_null()) messages.erase(messages.begin());
        json::object answer{{"role", "assistant"}, {"content", nullptr}};
        json::array calls;
        for (const Item& item : items_) {
            if (item.kind == Item::Kind::kMessage) answer["content"] = item.text;
            if (item.kind != Item::Kind::kCall) continue;
            calls.push_back({{"id", item.call_id},
                             {"type", "function"},
                             {"function", {{"name", item.name}, {"arguments", item.text}}}});
        }
        if (!calls.empty()) {
            answer["tool_calls"] = std::move(calls);
        } else if (answer["content"].is_null()) {
            answer["content"] = "";
        }
        messages.push_back(std::move(answer));
        return messages;
    }

    std::shared_ptr<Exchange> exchange_;
    ResponsesRequest request_;
    ToolCallParser parser_;
    std::shared_ptr<ResponseStore> store_;
    std::shared_ptr<StreamWriter> stream_;
    std::vector<Item> items_;
    bool cut_ = false;
    int64_t sequence_ = 0;
    std::string id_ = NewId("resp_");
    int64_t created_ = UnixSeconds();
};

}  // namespace

std::shared_ptr<GenerationConsumer> MakeResponsesReply(std::shared_ptr<Exchange> exchange,
                                                       ResponsesRequest request,
                                                       const ToolCallParserOptions& parser,
                                                       std::shared_ptr<ResponseStore> store) {
    return std::make_shared<ResponsesReply>(std::move(exchange), std::move(request), parser,
                                            std::move(store));
}

}  // namespace argosy::serve
