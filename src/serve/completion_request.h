// POST /v1/completions: the request's JSON into engine requests, one for each prompt.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "serve/api_error.h"
#include "serve/fields.h"
#include "serve/model_host.h"
#include "serve/sampling_fields.h"

namespace argosy::serve {

struct CompletionRequest {
    std::string model;
    std::vector<GenerateRequest> prompts;
    std::vector<std::string> echoes;  // texts of the prompts where `echo`
    int32_t n = 1;
    bool stream = false;
    bool stream_usage = false;
    bool continuous_usage = false;
    bool logprobs = false;
    bool echo = false;
    bool return_token_ids = false;
};

ApiResult<CompletionRequest> ParseCompletion(const ModelHost& host, GrammarCache& cache,
                                             const json::object& body);

/// A text, token ids, or an array of either, as `prompt` and `input` of OpenAI's endpoints are:
/// encoded. At most `max_inputs`.
std::vector<std::vector<TokenId>> ReadInputs(Fields& fields, std::string_view name,
                                             const Tokenizer& tokenizer, size_t max_inputs);

}  // namespace argosy::serve
