#include "assistant/face/answer_reply.h"

#include "assistant/memory/session_rules.h"
#include "net/sse.h"
#include "serve/respond.h"
#include "telemetry/log.h"

namespace argosy::assistant::internal {

namespace {

using serve::ApiError;

// What may wait until the client has its answer.
void Afterwards(const Assistant& assistant, const Answer& answer, const std::stop_token& stop) {
    const auto done = assistant.AfterAnswer(answer.session, stop);
    if (!done) log::Warn("no summary of a session", {{"error", done.error().ToString()}});
}

bool IgnoreText(std::string_view) { return true; }

std::string Event(std::string_view name, const json::object& data) {
    return FormatSse(json::serialize(data), name);
}

// OpenAI's frames.
class ChatFrames {
  public:
    explicit ChatFrames(std::string model) : model_(std::move(model)) {}

    json::object Frame(std::string_view kind) const {
        return {{"id", id_},
                {"object", kind},
                {"created", created_},
                {"model", model_},
                {"system_fingerprint", nullptr}};
    }
    std::string Chunk(json::object delta, json::value finish) const {
        json::object chunk = Frame("chat.completion.chunk");
        chunk["choices"] = serve::ArrayOf({{"index", 0},
                                           {"delta", std::move(delta)},
                                           {"logprobs", nullptr},
                                           {"finish_reason", std::move(finish)}});
        return FormatSse(json::serialize(chunk));
    }

  private:
    const std::string id_ = serve::NewId("chatcmpl-");
    const int64_t created_ = serve::UnixSeconds();
    const std::string model_;
};

// Beside what OpenAI's clients read.
json::object OwnPart(const Answer& answer, bool trace) {
    json::object own{{"citations", CitationsToJson(answer.citations, true)},
                     {"unknown", answer.unknown},
                     {"refused", answer.refused}};
    if (trace) own["trace"] = answer.trace;
    return own;
}

std::string FinishOf(const Answer& answer) {
    if (answer.refused) return "content_filter";
    return answer.finish == "length" ? "length" : "stop";
}

void ReplyWholeChat(const Assistant& assistant, Exchange& exchange, const ChatBody& request,
                    const std::stop_token& stop) {
    const auto answer = assistant.Ask(request.ask, IgnoreText, stop);
    if (!answer) return serve::RespondError(exchange, serve::ToApiError(answer.error()));
    const ChatFrames frames(assistant.config().name);
    json::object body = frames.Frame("chat.completion");
    json::object message{{"role", "assistant"}, {"content", answer->text}, {"refusal", nullptr}};
    body["choices"] = serve::ArrayOf({{"index", 0},
                                      {"message", std::move(message)},
                                      {"logprobs", nullptr},
                                      {"finish_reason", FinishOf(*answer)}});
    body["usage"] = UsageJson(answer->usage);
    body["argosy"] = OwnPart(*answer, request.trace);
    serve::RespondJson(exchange, 200, body);
}

json::object TextDelta(std::string_view text) {
    json::object delta;
    delta["content"] = text;
    return delta;
}

void StreamChat(const Assistant& assistant, Exchange& exchange, const ChatBody& request,
                const std::stop_token& stop) {
    const ChatFrames frames(assistant.config().name);
    std::shared_ptr<StreamWriter> stream;
    // Errors before the first text are answered with their status.
    const auto start = [&] {
        if (stream) return;
        stream = serve::StartSse(exchange);
        stream->Write(frames.Chunk({{"role", "assistant"}, {"content", ""}}, nullptr));
    };
    const auto answer = assistant.Ask(
        request.ask,
        [&](std::string_view text) {
            start();
            return stream->Write(frames.Chunk(TextDelta(text), nullptr));
        },
        stop);
    if (!answer && !stream) {
        return serve::RespondError(exchange, serve::ToApiError(answer.error()));
    }
    start();
    if (!answer) {
        stream->Write(FormatSse(serve::ToJson(serve::ToApiError(answer.error()))));
    } else {
        stream->Write(frames.Chunk({}, json::string(FinishOf(*answer))));
        json::object last = frames.Frame("chat.completion.chunk");
        last["choices"] = json::array();
        if (request.stream_usage) last["usage"] = UsageJson(answer->usage);
        last["argosy"] = OwnPart(*answer, request.trace);
        stream->Write(FormatSse(json::serialize(last)));
    }
    stream->Write(FormatSse("[DONE]"));
    stream->Close();
}

}  // namespace

void ReplyToMessage(const Assistant& assistant, const std::shared_ptr<Exchange>& exchange,
                    MessageRequest request, const std::stop_token& stop) {
    const std::string id = serve::NewId("msg-");
    const std::string& name = assistant.config().name;
    if (assistant.parts().sessions && request.ask.session.empty()) {
        request.ask.session = NewSessionId();
    }
    std::shared_ptr<StreamWriter> stream;
    const auto start = [&] {
        if (stream || !request.stream) return;
        stream = serve::StartSse(*exchange);
        stream->Write(Event("start", {{"id", id}, {"session_id", request.ask.session}}));
    };
    const auto answer = assistant.Ask(
        request.ask,
        [&](std::string_view text) {
            start();
            return !stream || stream->Write(Event("text", {{"text", text}}));
        },
        stop);
    if (!answer) {
        const ApiError error = serve::ToApiError(answer.error());
        if (!stream) return serve::RespondError(*exchange, error);
        stream->Write(Event("error", serve::ToJsonObject(error)));
        return stream->Close();
    }
    start();
    const json::object body = MessageJson(id, name, *answer, request.trace);
    if (!stream) {
        serve::RespondJson(*exchange, 200, body);
    } else {
        stream->Write(Event("done", body));
        stream->Close();
    }
    Afterwards(assistant, *answer, stop);
}

void ReplyToChat(const Assistant& assistant, const std::shared_ptr<Exchange>& exchange,
                 const ChatBody& request, const std::stop_token& stop) {
    if (request.stream) return StreamChat(assistant, *exchange, request, stop);
    ReplyWholeChat(assistant, *exchange, request, stop);
}

void ReplyToGenerate(const Assistant& assistant, const std::shared_ptr<Exchange>& exchange,
                     AskRequest request, const std::stop_token& stop) {
    const auto answer = assistant.Ask(request, IgnoreText, stop);
    if (!answer) return serve::RespondError(*exchange, serve::ToApiError(answer.error()));
    serve::RespondJson(*exchange, 200,
                       json::object{{"response", answer->text}, {"session_id", answer->session}});
    Afterwards(assistant, *answer, stop);
}

}  // namespace argosy::assistant::internal
