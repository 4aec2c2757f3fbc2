// POST /tokenize and /detokenize, as vLLM has them.
#pragma once

#include "serve/api_error.h"
#include "serve/model_host.h"

namespace argosy::serve {

/// {"prompt": text} or {"messages": [...]} to {"tokens", "count", "max_model_len"}; with
/// "return_token_strs" also the tokens' texts.
ApiResult<json::object> Tokenize(const ModelHost& host, const json::object& body);
/// {"tokens": [ids]} to {"prompt": text}.
ApiResult<json::object> Detokenize(const ModelHost& host, const json::object& body);

}  // namespace argosy::serve
