#include "serve/completion_reply.h"

#include "net/sse.h"
#include "serve/chat_reply.h"
#include "serve/logprobs_json.h"
#include "serve/respond.h"

namespace argosy::serve {

namespace {

struct Choice {
    std::string text;  // of the whole answer, or since the last chunk
    CompletionLogprobs logprobs;
    json::array token_ids;
    json::value finish = nullptr;
    json::value stop_reason = nullptr;
    bool begun = false;
};

// Both ways of answering gather the same; they differ in when it is sent.
class CompletionReply : public GenerationConsumer {
  public:
    CompletionReply(std::shared_ptr<Exchange> exchange, const Tokenizer& tokenizer,
                    CompletionRequest request, size_t prompts)
        : exchange_(std::move(exchange)),
          tokenizer_(tokenizer),
          request_(std::move(request)),
          choices_(prompts * request_.n) {}

    void OnEvent(size_t prompt, GenerateEvent event) override {
        if (event.choice >= request_.n) return;
        const size_t index = prompt * request_.n + event.choice;
        Gather(prompt, choices_[index], event);
        if (!request_.stream) return;
        usage_ = event.usage;
        SendChunk(index);
    }

    void OnDone(const Usage& total) override {
        if (request_.stream) return EndStream(total);
        json::array choices;
        for (size_t i = 0; i < choices_.size(); ++i) choices.push_back(TakeJson(i));
        json::object body = Frame();
        body["choices"] = std::move(choices);
        body["usage"] = UsageJson(total);
        RespondJson(*exchange_, 200, body);
    }

    void OnError(const ApiError& error) override {
        if (!stream_) return RespondError(*exchange_, error);
        stream_->Write(FormatSse(ToJson(error)));
        stream_->Write(FormatSse("[DONE]"));
        stream_->Close();
    }

  private:
    void Gather(size_t prompt, Choice& choice, const GenerateEvent& event) {
        if (!choice.begun) {
            choice.begun = true;
            if (request_.echo) choice.text = request_.echoes[prompt];
            prompt_logprobs_.resize(std::max(prompt_logprobs_.size(), prompt + 1));
            if (!event.prompt_logprobs.empty()) prompt_logprobs_[prompt] = event.prompt_logprobs;
            bool first = true;
            for (const auto& token : prompt_logprobs_[prompt]) {
                choice.logprobs.Add(tokenizer_, token, std::exchange(first, false));
            }
        }
        choice.text += event.text;
        for (const auto& token : event.logprobs) choice.logprobs.Add(tokenizer_, token);
        for (const TokenId token : event.tokens) choice.token_ids.push_back(token);
        if (!event.finish) return;
        choice.finish = json::string(FinishName(*event.finish, false));
        if (!event.stop_reason.empty()) choice.stop_reason = json::string(event.stop_reason);
    }

    json::object Frame() const {
        return {{"id", id_},
                {"object", "text_completion"},
                {"created", created_},
                {"model", request_.model},
                {"system_fingerprint", nullptr}};
    }

    json::object TakeJson(size_t index) {
        Choice& choice = choices_[index];
        json::object out{{"index", index},
                         {"text", std::exchange(choice.text, {})},
                         {"logprobs", nullptr},
                         {"finish_reason", choice.finish},
                         {"stop_reason", choice.stop_reason}};
        if (request_.logprobs) out["logprobs"] = choice.logprobs.Take();
        if (request_.return_token_ids) out["token_ids"] = std::exchange(choice.token_ids, {});
        choice.token_ids.clear();
        return out;
    }

    void SendChunk(size_t index) {
        if (!stream_) stream_ = StartSse(*exchange_);
        json::object chunk = Frame();
        chunk["choices"] = ArrayOf(TakeJson(index));
        if (request_.continuous_usage) {
            chunk["usage"] = UsageJson(usage_);
        } else if (request_.stream_usage) {
            chunk["usage"] = nullptr;
        }
        stream_->Write(FormatSse(json::serialize(chunk)));
    }

    void EndStream(const Usage& total) {
        if (!stream_) stream_ = StartSse(*exchange_);
        if (request_.stream_usage) {
            json::object chunk = Frame();
            chunk["choices"] = json::array();
            chunk["usage"] = UsageJson(total);
            stream_->Write(FormatSse(json::serialize(chunk)));
        }
        stream_->Write(FormatSse("[DONE]"));
        stream_->Close();
    }

    std::shared_ptr<Exchange> exchange_;
    const Tokenizer& tokenizer_;
    CompletionRequest request_;
    std::vector<Choice> choices_;
    std::vector<std::vector<TokenLogprob>> prompt_logprobs_;  // by prompt; all its choices echo it
    std::shared_ptr<StreamWriter> stream_;
    Usage usage_;
    std::string id_ = NewId("cmpl-");
    int64_t created_ = UnixSeconds();
};

}  // namespace

std::shared_ptr<GenerationConsumer> MakeCompletionReply(std::shared_ptr<Exchange> exchange,
                                                        const Tokenizer& tokenizer,
                                                        CompletionRequest request, size_t prompts) {
    return std::make_shared<CompletionReply>(std::move(exchange), tokenizer, std::move(request),
                                             prompts);
}

}  // namespace argosy::serve
