#include "serve/sampling_fields.h"

#include <algorithm>
#include <charconv>
#include <functional>

namespace argosy::serve {

namespace {

void ReadLogitBias(Fields& fields, SamplingParams& params) {
    const json::object* bias = fields.Object("logit_bias");
    if (bias == nullptr) return;
    for (const auto& [key, value] : *bias) {
        TokenId token = 0;
        const auto parsed = std::from_chars(key.data(), key.data() + key.size(), token);
        if (parsed.ec != std::errc() || parsed.ptr != key.data() + key.size()) {
            return fields.Fail("logit_bias",
                               fmt::format("the key '{}' is no token id", std::string_view(key)));
        }
        if (!value.is_number()) return fields.Fail("logit_bias", "each bias must be a number");
        params.logit_bias.emplace_back(token, value.to_number<float>());
    }
}

void ReadTokenIds(Fields& fields, std::string_view name, std::vector<TokenId>& out) {
    const json::array* ids = fields.Array(name);
    if (ids == nullptr) return;
    for (const json::value& id : *ids) {
        boost::system::error_code ec;
        const auto token = id.to_number<TokenId>(ec);
        if (ec) return fields.Fail(name, "must be an array of token ids");
        out.push_back(token);
    }
}

}  // namespace

void ReadSampling(Fields& fields, SamplingParams& params) {
    fields.Read("temperature", params.temperature);
    fields.Read("top_p", params.top_p);
    fields.Read("top_k", params.top_k);
    fields.Read("min_p", params.min_p);
    fields.Read("typical_p", params.typical_p);
    fields.Read("repetition_penalty", params.repetition_penalty);
    fields.Read("presence_penalty", params.presence_penalty);
    fields.Read("frequency_penalty", params.frequency_penalty);
    fields.Read("seed", params.seed);
    fields.Read("n", params.n);
    fields.Read("best_of", params.best_of);
    fields.Read("min_tokens", params.min_tokens);
    fields.Read("ignore_eos", params.ignore_eos);
    fields.Read("skip_special_tokens", params.skip_special_tokens);
    fields.Read("include_stop_str_in_output", params.include_stop_in_output);
    fields.ReadTexts("stop", params.stop);
    ReadTokenIds(fields, "stop_token_ids", params.stop_token_ids);
    ReadLogitBias(fields, params);
}

Result<Grammar::Ptr> GrammarCache::Get(const std::string& key, const Maker& make) {
    {
        const std::scoped_lock lock(mutex_);
        const auto found = std::ranges::find(recent_, key, &decltype(recent_)::value_type::first);
        if (found != recent_.end()) {
            recent_.splice(recent_.begin(), recent_, found);
            return found->second;
        }
    }
    ARGOSY_TRY(Grammar::Ptr grammar, make());
    const std::scoped_lock lock(mutex_);
    recent_.emplace_front(key, grammar);
    if (recent_.size() > kMaxEntries) recent_.pop_back();
    return grammar;
}

namespace {

Grammar::Ptr Compile(Fields& fields, std::string_view name, GrammarCache& cache,
                     const std::string& key, const GrammarCache::Maker& make) {
    auto grammar = cache.Get(key, make);
    if (grammar) return std::move(*grammar);
    fields.Fail(name, grammar.error().ToString());
    return nullptr;
}

Grammar::Ptr FromSchema(Fields& fields, std::string_view name, const json::value& schema,
                        GrammarCache& cache) {
    return Compile(fields, name, cache, "schema:" + json::serialize(schema),
                   [&] { return Grammar::FromJsonSchema(schema); });
}

// One of vLLM's kinds of constraint: {"json": schema}, {"regex": text}, ...
Grammar::Ptr FromConstraint(Fields& fields, std::string_view name, std::string_view kind,
                            const json::value& value, GrammarCache& cache) {
    if (kind == "json_object") {
        return Compile(fields, name, cache, "object", [] { return Grammar::AnyJsonObject(); });
    }
    if (kind == "json") {
        if (!value.is_string()) return FromSchema(fields, name, value, cache);
        const auto parsed = ParseJson(value.as_string());
        if (parsed) return FromSchema(fields, name, *parsed, cache);
        fields.Fail(name, parsed.error().ToString());
        return nullptr;
    }
    if (kind == "choice") {
        std::vector<std::string> choices;
        const json::object wrapped{{"choice", value}};
        Fields inner(wrapped);
        inner.ReadTexts("choice", choices);
        if (!inner.ok() || choices.empty()) {
            fields.Fail(name, "expected an array of strings");
            return nullptr;
        }
        return Compile(fields, name, cache, "choice:" + json::serialize(value),
                       [&] { return Grammar::FromChoices(choices); });
    }
    if (!value.is_string()) {
        fields.Fail(name, "expected a string");
        return nullptr;
    }
    const std::string text(value.as_string());
    return Compile(fields, name, cache, std::string(kind) + ":" + text, [&] {
        return kind == "regex" ? Grammar::FromRegex(text) : Grammar::FromEbnf(text);
    });
}

}  // namespace

Grammar::Ptr ReadFormatObject(Fields& fields, std::string_view name, const json::object& format,
                              bool inline_schema, GrammarCache& cache) {
    const json::value* type = format.if_contains("type");
    const std::string_view kind =
        type != nullptr && type->is_string() ? std::string_view(type->as_string()) : "";
    if (kind == "text") return nullptr;
    if (kind == "json_object") return FromConstraint(fields, name, kind, {}, cache);
    if (kind == "json_schema") {
        const json::value* holder = format.if_contains("json_schema");
        const json::object* inner = inline_schema       ? &format
                                    : holder == nullptr ? nullptr
                                                        : holder->if_object();
        const json::value* schema = inner == nullptr ? nullptr : inner->if_contains("schema");
        if (schema != nullptr) return FromSchema(fields, name, *schema, cache);
        fields.Fail(name, inline_schema ? "json_schema needs a 'schema'"
                                        : "json_schema needs {\"json_schema\": {\"schema\": ...}}");
        return nullptr;
    }
    fields.Fail(name, "'type' must be \"text\", \"json_object\" or \"json_schema\"");
    return nullptr;
}

Grammar::Ptr ReadOutputFormat(Fields& fields, GrammarCache& cache) {
    Grammar::Ptr grammar;
    int given = 0;
    if (const json::object* format = fields.Object("response_format")) {
        grammar = ReadFormatObject(fields, "response_format", *format, false, cache);
        given += grammar != nullptr ? 1 : 0;
    }
    if (const json::object* outputs = fields.Object("structured_outputs")) {
        for (const std::string_view kind : {"json", "regex", "choice", "grammar", "json_object"}) {
            const json::value* value = outputs->if_contains(kind);
            if (value == nullptr || value->is_null()) continue;
            grammar = FromConstraint(fields, "structured_outputs", kind, *value, cache);
            ++given;
        }
    }
    for (const std::string_view kind : {"json", "regex", "choice", "grammar"}) {
        const std::string name = "guided_" + std::string(kind);
        const json::value* value = fields.Find(name);
        if (value == nullptr) continue;
        grammar = FromConstraint(fields, name, kind, *value, cache);
        ++given;
    }
    if (given > 1)
        fields.Fail("response_format", "only one kind of output format can be asked for");
    return grammar;
}

}  // namespace argosy::serve
