#include "resources/model.h"

namespace argosy::resources {

namespace {

constexpr const char* kSourcePattern =
    "^((file|hf|s3|oci|pvc|http|https|ollama|shipped)://.+|(\\./|\\.\\./|/).+)$";
constexpr const char* kSourceWhat =
    "a source such as hf://Qwen/Qwen3-0.6B-GGUF:Q8_0, s3://bucket/key, https://..., oci://..., "
    "pvc://claim/path, file://path, ./path or shipped://shop-chat";

}  // namespace

const Description<Adapter>& Describe(const Adapter*) {
    static const auto kDescription =
        Description<Adapter>("Adapter", "A LoRA adapter, which a request chooses by its name.")
            .Field("name", &Adapter::name, "The model name that requests ask for.",
                   {.required = true, .max_length = 253})
            .Field("source", &Adapter::source, "Where its weights are: PEFT folder or GGUF.",
                   {.required = true, .pattern = kSourcePattern, .what = kSourceWhat});
    return kDescription;
}

const Description<Sampling>& Describe(const Sampling*) {
    static const auto kDescription =
        Description<Sampling>("Sampling", "What requests get that don't say otherwise.")
            .Field("temperature", &Sampling::temperature,
                   "How freely tokens are chosen; 0 takes the likeliest each time.",
                   {.min = 0, .max = 2})
            .Field("topP", &Sampling::top_p,
                   "Choose among the likeliest of this joint probability.", {.min = 0, .max = 1})
            .Field("topK", &Sampling::top_k, "Choose among this many of the likeliest; 0: all.",
                   {.min = 0})
            .Field("maxTokens", &Sampling::max_tokens, "Most tokens of an answer.", {.min = 1})
            .Field("stop", &Sampling::stop, "Texts that end an answer.", {.max_items = 16});
    return kDescription;
}

const Description<ExternalApi>& Describe(const ExternalApi*) {
    static const auto kDescription =
        Description<ExternalApi>("ExternalApi", "A model that somebody else runs.")
            .Field("protocol", &ExternalApi::protocol, "The API that is spoken.")
            .Field("url", &ExternalApi::url, "The API's base address.",
                   {.pattern = "^https?://[^@/]+(/.*)?$",
                    .what = "an address such as https://api.example.com/v1, without a password"})
            .Field("model", &ExternalApi::model,
                   "The model's name there; without one, the name of this resource.")
            .Field("region", &ExternalApi::region, "The cloud's region, for bedrock.")
            .Field("apiKey", &ExternalApi::api_key, "The key that is sent.")
            .Holds(Needs("protocol", {"openai", "anthropic"}, {"url"}))
            .Holds(Needs("protocol", {"bedrock"}, {"region"}));
    return kDescription;
}

const Description<Price>& Describe(const Price*) {
    static const auto kDescription =
        Description<Price>("Price", "What a million tokens cost, for budgets and reports.")
            .Field("input", &Price::input, "A million tokens of prompts.")
            .Field("output", &Price::output, "A million tokens of answers.");
    return kDescription;
}

const Description<WeightCache>& Describe(const WeightCache*) {
    static const auto kDescription =
        Description<WeightCache>("WeightCache", "Where fetched weights are kept.")
            .Field("kind", &WeightCache::kind, "Where they are kept for the next start.")
            .Field("size", &WeightCache::size, "How large the volume is.")
            .Field("storageClass", &WeightCache::storage_class,
                   "The volume's storage class; without one, the cluster's default.",
                   {.max_length = 253})
            .Holds(OnlyFor("kind", {"volume"}, {"size", "storageClass"}));
    return kDescription;
}

const Description<ModelSpec>& Describe(const ModelSpec*) {
    static const auto kDescription =
        Description<ModelSpec>("ModelSpec", "Weights, what runs them, and how many copies where.")
            .Field("source", &ModelSpec::source, "Where the weights are.",
                   {.pattern = kSourcePattern, .what = kSourceWhat})
            .Field("engine", &ModelSpec::engine, "What runs the model.")
            .Field("task", &ModelSpec::task, "What the model is for.")
            .Field("context", &ModelSpec::context,
                   "Tokens of prompt and answer together; without it, as many as the model was "
                   "made for and memory has room for.",
                   {.min = 16})
            .Field("quant", &ModelSpec::quant, "Quantise the weights at load.",
                   {.pattern = "^[a-z0-9]+(_[a-z0-9]+)*$",
                    .what = "a quantisation such as q8_0 or q4_k_m"})
            .Field("chatTemplate", &ModelSpec::chat_template,
                   "A Jinja file to use instead of the model's own template.")
            .Field("kvType", &ModelSpec::kv_type, "The numbers of the KV cache.")
            .Field(
                "draft", &ModelSpec::draft,
                "A small model of the same vocabulary that drafts tokens (speculative decoding).",
                {.pattern = kSourcePattern, .what = kSourceWhat})
            .Field("adapters", &ModelSpec::adapters, "LoRA adapters served beside the model.",
                   {.key = "name"})
            .Field("sampling", &ModelSpec::sampling, "What requests get that don't say otherwise.")
            .Field("external", &ModelSpec::external, "The API to call, for engine external.")
            .Field("sourceToken", &ModelSpec::source_token,
                   "The token to fetch the weights with, e.g. of the Hugging Face Hub.")
            .Field("scaling", &ModelSpec::scaling, "How many replicas run.")
            .Field("replicas", &ModelSpec::replicas,
                   "Replicas wanted now. The scaler writes it; leave it out.",
                   {.min = 0, .max = 1000})
            .Field("accelerator", &ModelSpec::accelerator, "What each replica computes on.")
            .Field("resources", &ModelSpec::resources,
                   "CPU and memory of each replica; without them, what was measured.")
            .Field("placement", &ModelSpec::placement, "Where replicas may run.")
            .Field("cache", &ModelSpec::cache, "Where fetched weights are kept.")
            .Field("price", &ModelSpec::price, "What a million tokens cost.")
            .Field("image", &ModelSpec::image,
                   "The container image to run instead of the engine's usual one.")
            .Field("args", &ModelSpec::args, "More arguments for the engine's server.",
                   {.max_length = 4096})
            .Field("env", &ModelSpec::env,
                   "Environment variables of the engine's server; none of them a secret.",
                   {.max_length = 4096})
            .Holds(NeedsUnless("engine", {"external"}, {"source"}))
            .Holds(Needs("engine", {"external"}, {"external"}))
            .Holds(OnlyFor("engine", {"external"}, {"external"}));
    return kDescription;
}

}  // namespace argosy::resources
