// What the model routes do, each a request's way from its body to the engine.
#include "serve/api_call.h"
#include "serve/chat_reply.h"
#include "serve/chat_request.h"
#include "serve/completion_reply.h"
#include "serve/respond.h"
#include "serve/responses_reply.h"
#include "serve/tokens.h"
#include "serve/vectors.h"
#include "telemetry/log.h"

namespace argosy::serve {

namespace {

bool RefuseNonGenerating(Exchange& exchange, const ModelHost& host) {
    if (host.info().generates) return false;
    RespondError(exchange, FromStatus(400, fmt::format("The model '{}' generates no text; it is "
                                                       "made for {}",
                                                       host.name(),
                                                       host.info().reranks ? "/v1/rerank"
                                                                           : "/v1/embeddings")));
    return true;
}

// What is no model of ours answers chats and nothing else.
bool RefuseExtra(Exchange& exchange, const ChosenModel& chosen) {
    if (chosen.extra == nullptr) return RefuseNonGenerating(exchange, *chosen.host);
    RespondError(exchange, FromStatus(400, fmt::format("The model '{}' answers only at "
                                                       "/v1/chat/completions",
                                                       chosen.name)));
    return true;
}

}  // namespace

void WakeIfSleeping(ModelHost& host) {
    if (!host.engine().stats().sleeping) return;
    const auto woken = host.engine().Wake();
    if (!woken) log::Error("cannot wake up", {{"error", woken.error().ToString()}});
}

void ApiServer::ChatCompletions(const Call& call) {
    if (call.chosen.extra != nullptr) return call.chosen.extra->chat(call.exchange, call.body);
    Exchange& exchange = *call.exchange;
    ModelHost& host = call.host();
    if (RefuseNonGenerating(exchange, host)) return;
    auto request = ParseChatCompletion(host, grammars_, call.body);
    if (!request) return RespondError(exchange, request.error());
    auto prepared = PrepareChat(host, grammars_, request->call);
    if (!prepared) return RespondError(exchange, prepared.error());
    WakeIfSleeping(host);
    std::vector<GenerateRequest> requests;
    requests.push_back(std::move(prepared->request));
    StartGeneration(
        host.engine(), exchange, std::move(requests),
        MakeChatReply(call.exchange, host.tokenizer(), std::move(*request), prepared->parser));
}

void ApiServer::Completions(const Call& call) {
    if (RefuseExtra(*call.exchange, call.chosen)) return;
    ModelHost& host = call.host();
    auto request = ParseCompletion(host, grammars_, call.body);
    if (!request) return RespondError(*call.exchange, request.error());
    WakeIfSleeping(host);
    auto prompts = std::move(request->prompts);
    const size_t count = prompts.size();
    StartGeneration(
        host.engine(), *call.exchange, std::move(prompts),
        MakeCompletionReply(call.exchange, host.tokenizer(), std::move(*request), count));
}

void ApiServer::Responses(const Call& call) {
    if (RefuseExtra(*call.exchange, call.chosen)) return;
    ModelHost& host = call.host();
    auto request = ParseResponses(host, grammars_, *responses_, call.body);
    if (!request) return RespondError(*call.exchange, request.error());
    auto prepared = PrepareChat(host, grammars_, request->call);
    if (!prepared) return RespondError(*call.exchange, prepared.error());
    WakeIfSleeping(host);
    std::vector<GenerateRequest> requests;
    requests.push_back(std::move(prepared->request));
    StartGeneration(
        host.engine(), *call.exchange, std::move(requests),
        MakeResponsesReply(call.exchange, std::move(*request), prepared->parser, responses_));
}

void ApiServer::Embeddings(const Call& call) {
    WakeIfSleeping(call.host());
    HandleEmbeddings(call.host(), call.exchange, call.body);
}

void ApiServer::Rerank(const Call& call) {
    WakeIfSleeping(call.host());
    HandleRerank(call.host(), call.exchange, call.body);
}

void ApiServer::TokenizeText(const Call& call) {
    const auto answer = Tokenize(call.host(), call.body);
    if (!answer) return RespondError(*call.exchange, answer.error());
    RespondJson(*call.exchange, 200, *answer);
}

void ApiServer::DetokenizeIds(const Call& call) {
    const auto answer = Detokenize(call.host(), call.body);
    if (!answer) return RespondError(*call.exchange, answer.error());
    RespondJson(*call.exchange, 200, *answer);
}

}  // namespace argosy::serve
