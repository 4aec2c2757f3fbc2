#include "serve/completion_request.h"

#include "serve/chat_call.h"
#include "serve/chat_request.h"

namespace argosy::serve {

namespace {

constexpr size_t kMaxPrompts = 64;
constexpr int32_t kMaxLogprobs = 20;
constexpr int32_t kDefaultMaxTokens = 16;  // OpenAI's for this endpoint

std::optional<std::vector<TokenId>> TokenIds(const json::array& array, int32_t vocab_size) {
    std::vector<TokenId> ids;
    for (const json::value& each : array) {
        boost::system::error_code ec;
        const auto id = each.to_number<TokenId>(ec);
        if (ec || !each.is_number() || id < 0 || id >= vocab_size) return std::nullopt;
        ids.push_back(id);
    }
    return ids;
}

std::optional<std::vector<TokenId>> OneInput(const json::value& value, const Tokenizer& tokenizer) {
    if (value.is_string()) return tokenizer.Encode(value.as_string());
    if (value.is_array() && !value.as_array().empty()) {
        return TokenIds(value.as_array(), tokenizer.vocab_size());
    }
    return std::nullopt;
}

// n completions of each prompt, with everything but the prompt alike.
void MakeRequests(CompletionRequest& request, std::vector<std::vector<TokenId>> prompts,
                  const SamplingParams& sampling, const GenerateRequest& common,
                  const Tokenizer& tokenizer) {
    for (auto& prompt : prompts) {
        GenerateRequest& one = request.prompts.emplace_back(common);
        one.sampling = sampling;
        if (request.echo) request.echoes.push_back(tokenizer.Decode(prompt));
        one.prompt = std::move(prompt);
    }
}

}  // namespace

std::vector<std::vector<TokenId>> ReadInputs(Fields& fields, std::string_view name,
                                             const Tokenizer& tokenizer, size_t max_inputs) {
    std::vector<std::vector<TokenId>> inputs;
    const json::value* value = fields.Find(name);
    if (value == nullptr) {
        fields.Fail(name, "is required");
        return inputs;
    }
    const bool many =
        value->is_array() && !value->as_array().empty() && !value->as_array().front().is_number();
    if (!many) {
        if (auto input = OneInput(*value, tokenizer)) return {std::move(*input)};
        fields.Fail(name, fmt::format("expected a text or an array of token ids below {}",
                                      tokenizer.vocab_size()));
        return inputs;
    }
    if (value->as_array().size() > max_inputs) {
        fields.Fail(name, fmt::format("at most {} inputs a request, got {}", max_inputs,
                                      value->as_array().size()));
        return inputs;
    }
    for (const json::value& each : value->as_array()) {
        auto input = OneInput(each, tokenizer);
        if (!input) {
            fields.Fail(name, fmt::format("expected texts or arrays of token ids below {}",
                                          tokenizer.vocab_size()));
            return inputs;
        }
        inputs.push_back(std::move(*input));
    }
    return inputs;
}

ApiResult<CompletionRequest> ParseCompletion(const ModelHost& host, GrammarCache& cache,
                                             const json::object& body) {
    CompletionRequest request;
    GenerateRequest common;
    SamplingParams sampling = host.default_sampling();
    sampling.max_tokens = kDefaultMaxTokens;
    Fields fields(body);
    fields.Read("model", request.model);
    auto prompts = ReadInputs(fields, "prompt", host.tokenizer(), kMaxPrompts);
    if (fields.Find("suffix")) fields.Fail("suffix", "insertion is not supported by this model");
    ReadSampling(fields, sampling);
    request.n = sampling.n;
    fields.Read("max_tokens", sampling.max_tokens);
    fields.Read("logprobs", sampling.logprobs);
    if (sampling.logprobs > kMaxLogprobs) {
        fields.Fail("logprobs", fmt::format("must be 0 to {}", kMaxLogprobs));
    }
    request.logprobs = sampling.logprobs >= 0;
    fields.Read("echo", request.echo);
    if (request.echo && request.logprobs) sampling.prompt_logprobs = sampling.logprobs;
    fields.Read("return_token_ids", request.return_token_ids);
    ReadStreaming(fields, request.stream, request.stream_usage, request.continuous_usage);
    ReadScheduling(fields, common.priority, common.cache_salt);
    sampling.grammar = ReadOutputFormat(fields, cache);
    if (!fields.ok()) return std::unexpected(*fields.error());
    auto adapter = FindAdapter(host, request.model);
    if (!adapter) return std::unexpected(adapter.error());
    common.adapter = std::move(*adapter);
    if (request.model.empty()) request.model = host.name();
    MakeRequests(request, std::move(prompts), sampling, common, host.tokenizer());
    return request;
}

}  // namespace argosy::serve
