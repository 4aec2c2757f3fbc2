// Sampling parameters out of a request's JSON: OpenAI's fields and those that vLLM adds.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/grammar/grammar.h"
#include "engine/sampling_params.h"
#include "serve/fields.h"

namespace argosy::serve {

/// temperature, top_p, top_k, min_p, typical_p, the penalties, logit_bias, seed, n, best_of, stop,
/// stop_token_ids, min_tokens, ignore_eos, skip_special_tokens, include_stop_str_in_output.
/// max_tokens and logprobs are the caller's, since each endpoint has its own rules.
void ReadSampling(Fields& fields, SamplingParams& params);

/// Compiled grammars by source: an application sends the same schema with every request.
/// Thread-safe, bounded.
class GrammarCache {
  public:
    using Maker = std::function<Result<Grammar::Ptr>()>;
    Result<Grammar::Ptr> Get(const std::string& key, const Maker& make);

  private:
    static constexpr size_t kMaxEntries = 128;
    std::mutex mutex_;
    std::list<std::pair<std::string, Grammar::Ptr>> recent_;  // GUARDED_BY(mutex_), newest first
};

/// response_format (text, json_object, json_schema), and vLLM's structured_outputs / guided_json,
/// guided_regex, guided_choice, guided_grammar. At most one may be given. nullptr: free text.
Grammar::Ptr ReadOutputFormat(Fields& fields, GrammarCache& cache);
/// The `format` object of /v1/responses (`text.format`) is response_format with its parts inline.
Grammar::Ptr ReadFormatObject(Fields& fields, std::string_view name, const json::object& format,
                              bool inline_schema, GrammarCache& cache);

}  // namespace argosy::serve
