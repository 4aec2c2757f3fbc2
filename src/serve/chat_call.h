// A chat request in our own types, whichever endpoint it came by (/v1/chat/completions or
// /v1/responses), and its way to the engine: template, tools, constraints, tokens.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "model/chat_format.h"
#include "serve/api_error.h"
#include "serve/fields.h"
#include "serve/model_host.h"
#include "serve/sampling_fields.h"

namespace argosy::serve {

struct ToolChoice {
    enum class Kind { kNone, kAuto, kRequired, kFunction };
    Kind kind = Kind::kAuto;
    std::string function;  // of kFunction
};

struct ChatCall {
    std::string model;  // as the client wrote it; answers repeat it
    std::string adapter;
    ChatRequest chat;
    ToolChoice tool_choice;
    bool parallel_tool_calls = true;
    SamplingParams sampling;
    int32_t priority = 0;
    std::string cache_salt;
};

/// Ready for the engine, and what its answer must be read with.
struct PreparedChat {
    GenerateRequest request;
    ToolCallParserOptions parser;
};

/// Renders the template, compiles what constrains the answer, and encodes the prompt.
ApiResult<PreparedChat> PrepareChat(const ModelHost& host, GrammarCache& cache, ChatCall call);

/// "model" of a request: the served name or nothing means the base model, an adapter's name that
/// adapter. 404 model_not_found lists what there is.
ApiResult<std::string> FindAdapter(const ModelHost& host, const std::string& model);

/// Fields that every generating endpoint takes: priority, cache_salt.
void ReadScheduling(Fields& fields, int32_t& priority, std::string& cache_salt);

}  // namespace argosy::serve
