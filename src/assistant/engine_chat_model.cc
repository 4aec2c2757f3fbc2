#include "assistant/engine_chat_model.h"

#include <condition_variable>
#include <deque>
#include <mutex>

#include "serve/chat_call.h"
#include "serve/chat_reply.h"
#include "serve/respond.h"

namespace argosy::assistant {

namespace {

// Events from the engine's thread to the one that waits. Thread-safe; bounded by max_tokens.
class EventQueue {
  public:
    void Push(GenerateEvent event) {
        {
            const std::scoped_lock lock(mutex_);
            events_.push_back(std::move(event));
        }
        wake_.notify_one();
    }
    GenerateEvent Pop() {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return !events_.empty(); });
        GenerateEvent event = std::move(events_.front());
        events_.pop_front();
        return event;
    }

  private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<GenerateEvent> events_;  // GUARDED_BY(mutex_)
};

// Makes a reply of the parser's events.
class ReplyBuilder {
  public:
    ReplyBuilder(const ToolCallParserOptions& options, const TextSink& sink)
        : parser_(options), sink_(sink) {}

    /// False: the caller wants no more.
    bool Add(const GenerateEvent& event) {
        bool wanted = Take(parser_.Push(event.text));
        if (event.finish) {
            wanted = Take(parser_.Finish()) && wanted;
            reply_.finish = serve::FinishName(*event.finish, !reply_.calls.empty());
        }
        const Usage& usage = event.usage;
        reply_.usage = {usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens};
        return wanted;
    }
    ModelReply Take() { return std::move(reply_); }

  private:
    bool Take(const std::vector<ChatEvent>& events) {
        bool wanted = true;
        for (const ChatEvent& event : events) {
            switch (event.kind) {
                case ChatEvent::Kind::kContent:
                    reply_.text += event.text;
                    wanted = wanted && sink_(event.text);
                    break;
                case ChatEvent::Kind::kToolCallBegin:
                    reply_.calls.push_back({serve::NewId("call_"), event.name, {}});
                    break;
                case ChatEvent::Kind::kToolArguments:
                    reply_.calls.back().arguments += event.text;
                    break;
                case ChatEvent::Kind::kReasoning:
                case ChatEvent::Kind::kToolCallEnd:
                    break;
            }
        }
        return wanted;
    }

    ToolCallParser parser_;
    const TextSink& sink_;
    ModelReply reply_;
};

class EngineChatModel final : public ChatModel {
  public:
    EngineChatModel(const serve::ModelHost& host, std::string adapter)
        : host_(host), adapter_(std::move(adapter)) {}

    const std::string& name() const override { return host_.name(); }

    Result<ModelReply> Chat(const ModelRequest& request, const TextSink& on_text,
                            std::stop_token stop) const override {
        auto prepared = serve::PrepareChat(host_, grammars_, MakeCall(request));
        if (!prepared) {
            return Err(ErrorCode::kInvalidArgument, "{}", prepared.error().message);
        }
        Engine& engine = host_.engine();
        if (engine.stats().sleeping) ARGOSY_CHECK_OK(engine.Wake());
        const auto queue = std::make_shared<EventQueue>();
        ARGOSY_TRY(const RequestId id,
                   engine.Submit(std::move(prepared->request),
                                 [queue](GenerateEvent event) { queue->Push(std::move(event)); }));
        const std::stop_callback cancel(stop, [&engine, id] { engine.Cancel(id); });
        ReplyBuilder reply(prepared->parser, on_text);
        bool wanted = true;
        while (true) {
            const GenerateEvent event = queue->Pop();
            if (event.error) return std::unexpected(*event.error);
            if (wanted && !reply.Add(event)) {
                wanted = false;
                engine.Cancel(id);
            }
            if (event.done) break;
        }
        if (stop.stop_requested()) return Err(ErrorCode::kCancelled, "the answer was cancelled");
        return reply.Take();
    }

  private:
    serve::ChatCall MakeCall(const ModelRequest& request) const {
        serve::ChatCall call;
        call.model = host_.name();
        call.adapter = adapter_;
        call.chat.messages = MessagesToJson(request.messages);
        call.chat.tools = ToolsToJson(request.tools);
        call.sampling = host_.default_sampling();
        const Sampling& sampling = request.sampling;
        if (sampling.temperature) call.sampling.temperature = *sampling.temperature;
        if (sampling.top_p) call.sampling.top_p = *sampling.top_p;
        call.sampling.seed = sampling.seed;
        call.sampling.max_tokens = sampling.max_tokens;
        call.sampling.stop = sampling.stop;
        return call;
    }

    const serve::ModelHost& host_;
    const std::string adapter_;
    mutable serve::GrammarCache grammars_;  // thread-safe
};

}  // namespace

std::unique_ptr<ChatModel> MakeEngineChatModel(const serve::ModelHost& host, std::string adapter) {
    return std::make_unique<EngineChatModel>(host, std::move(adapter));
}

}  // namespace argosy::assistant
