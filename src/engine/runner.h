// The seam between scheduling and arithmetic: one forward pass over a mixed batch of prefill chunks
// and decode steps, with the KV cache in blocks that the scheduler hands out. The real one is
// TransformerRunner; scheduler tests use a fake that is quick and exact.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/tokenizer.h"

namespace argosy {

class LoraAdapter;  // engine/lora.h

/// What the scheduler and the API must know about a loaded model.
struct RunnerInfo {
    std::string architecture;    // "qwen3"
    std::string name;            // general.name, or the file's stem
    int32_t context_length = 0;  // tokens, as trained (RoPE scaling included)
    int32_t vocab_size = 0;      // columns of a logits row
    int32_t embedding_dim = 0;   // floats of one embedding
    bool generates = true;       // has a language-model head
    bool embeds = false;         // made for embeddings (bert, nomic-bert, qwen3-embedding)
    bool reranks = false;        // has a classification head, or is a yes/no reranker
    bool causal = true;
    int64_t kv_bytes_per_token = 0;  // all layers, K and V
    uint64_t weight_bytes = 0;       // resident bytes of the weights as held now
    uint64_t layer_products = 0;     // multiply-adds of a token with the layers' matrices
};

/// One sequence's share of a forward pass.
struct SequenceStep {
    std::span<const TokenId> tokens;  // new tokens to run, at least one
    int32_t position = 0;             // of tokens[0]; so many tokens are in the cache already
    std::span<const int32_t> blocks;  // physical KV blocks in logical order, covering all tokens
    int32_t logits_from = 0;          // rows [logits_from, tokens.size()) get logits
    const LoraAdapter* adapter = nullptr;
};

enum class Pooling { kModelDefault, kMean, kCls, kLast };

/// An adapter ready for use in SequenceStep, with what the API shows of it.
struct LoadedAdapter {
    std::shared_ptr<const LoraAdapter> adapter;
    int32_t rank = 0;
};

/// Not thread-safe: one thread (the engine's) calls it; it uses its own thread pool inside.
class ModelRunner {
  public:
    virtual ~ModelRunner() = default;

    virtual const RunnerInfo& info() const = 0;
    virtual int32_t block_tokens() const = 0;

    /// (Re)allocates the KV cache; contents are lost. kResourceExhausted when it does not fit.
    virtual Result<void> AllocateKv(int32_t blocks) = 0;
    /// Copies one physical block in all layers (copy on write of a shared, part-filled block).
    virtual void CopyBlock(int32_t from, int32_t to) = 0;

    /// Runs the batch. Returns logits [rows][vocab_size], rows in order of the steps and of the
    /// tokens in each, only the rows asked for; valid until the next call. A row's values do not
    /// depend on what else is in the batch, nor on how the prompt was cut into chunks.
    virtual Result<std::span<float>> Forward(std::span<const SequenceStep> steps) = 0;

    /// Embeddings of whole inputs, [inputs.size()][embedding_dim], pooled, not normalised. Uses no
    /// KV block. `type_ids` (BERT segment ids) may be empty or parallel to `inputs`.
    virtual Result<std::vector<float>> Embed(std::span<const std::vector<TokenId>> inputs,
                                             std::span<const std::vector<int32_t>> type_ids,
                                             Pooling pooling) = 0;
    /// Relevance scores of query-document pairs already encoded as one input each.
    virtual Result<std::vector<float>> Score(std::span<const std::vector<TokenId>> pairs,
                                             std::span<const std::vector<int32_t>> type_ids) = 0;

    /// Reads a LoRA adapter (a PEFT directory or a GGUF file) made for this model. The one method
    /// that other threads may call, also while Forward runs, so that loading stalls nobody: it may
    /// read the model's shapes but nothing that Forward changes. kNotFound, kCorrupt (names the
    /// tensor and both shapes), kUnsupported (a runner without adapters: this default).
    virtual Result<LoadedAdapter> LoadAdapter(const std::filesystem::path& path) {
        return Err(ErrorCode::kUnsupported, "this model takes no adapters ({})", path.string());
    }

    /// Drops weights and KV cache / brings them back. Forward in between is kUnavailable.
    virtual void Sleep() = 0;
    virtual Result<void> Wake() = 0;
};

}  // namespace argosy
