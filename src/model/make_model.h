// Writes a model with random weights and a working tokenizer: for tests and benchmarks, where only
// shapes and formats matter, and to train from nothing. The same options and seed give the same
// bytes on every machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace argosy {

struct MakeModelOptions {
    /// llama, qwen2, qwen3, gemma2, gemma3, phi3, bert or nomic-bert.
    std::string architecture = "llama";
    /// "tiny" (some hundred KB), "0.6b" and "1.7b" (the shapes of Qwen3), where the sizes below
    /// that are not 0 take precedence.
    std::string preset = "tiny";
    int64_t layers = 0;
    int64_t width = 0;  // embedding length
    int64_t heads = 0;
    int64_t kv_heads = 0;
    int64_t head_size = 0;
    int64_t feed_forward = 0;
    int64_t vocabulary = 0;  // tokens
    int64_t context = 0;     // tokens
    /// "bpe" (byte-level), "spm" (SentencePiece BPE with byte fallback), "wordpiece", or empty for
    /// what the architecture usually has.
    std::string tokenizer;
    /// Files to learn the tokens from (learn_vocabulary.h), instead of made-up words.
    std::vector<std::filesystem::path> vocabulary_from;
    /// "random" (for tests), or starting_weights.h's "training" and "recall".
    std::string init = "random";
    std::string recipe = "q8_0";  // of quant_recipe.h
    uint64_t seed = 1;
    int threads = 0;                                              // 0: all of the machine
    std::function<void(uint64_t done, uint64_t total)> progress;  // elements
};

/// Errors: kInvalidArgument naming the option and what would be right; kInternal (the disk).
Result<void> MakeModel(const std::filesystem::path& out, const MakeModelOptions& options);

const std::vector<std::string>& MakeModelArchitectures();

}  // namespace argosy
