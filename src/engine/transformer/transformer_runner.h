// The real ModelRunner: a transformer of any known architecture on this machine's CPUs.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/runner.h"
#include "engine/transformer/forward_pass.h"
#include "engine/transformer/kv_cache.h"

namespace argosy {

class TransformerRunner final : public ModelRunner {
  public:
    static constexpr int32_t kBlockTokens = 16;

    /// Errors as LoadRunner.
    static Result<std::unique_ptr<TransformerRunner>> Load(std::shared_ptr<const ModelFile> model,
                                                           const EngineOptions& options);

    const RunnerInfo& info() const override { return info_; }
    int32_t block_tokens() const override { return kBlockTokens; }
    Result<void> AllocateKv(int32_t blocks) override;
    void CopyBlock(int32_t from, int32_t to) override { kv_.Copy(from, to); }
    Result<std::span<float>> Forward(std::span<const SequenceStep> steps) override;
    Result<std::vector<float>> Embed(std::span<const std::vector<TokenId>> inputs,
                                     std::span<const std::vector<int32_t>> type_ids,
                                     Pooling pooling) override;
    Result<std::vector<float>> Score(std::span<const std::vector<TokenId>> pairs,
                                     std::span<const std::vector<int32_t>> type_ids) override;
    Result<LoadedAdapter> LoadAdapter(const std::filesystem::path& path) override;
    void Sleep() override;
    Result<void> Wake() override;

  private:
    TransformerRunner(std::shared_ptr<const ModelFile> model, Architecture architecture,
                      KvType kv_type, int threads);
    Result<void> MakeWeights();
    void FillInfo();
    void Gather(std::span<const SequenceStep> steps);
    /// Hidden rows of whole inputs, without the cache; `first` gets each input's first row.
    Result<void> RunWhole(std::span<const std::vector<TokenId>> inputs,
                          std::span<const std::vector<int32_t>> type_ids, std::vector<int>& first);
    Result<void> PoolInputs(std::span<const std::vector<TokenId>> inputs,
                            std::span<const std::vector<int32_t>> type_ids, Pooling pooling,
                            std::vector<float>& pooled);

    std::shared_ptr<const ModelFile> model_;
    Architecture a_;
    ThreadPool pool_;
    ForwardPass pass_;
    KvCache kv_;
    KvType kv_type_;
    int32_t kv_blocks_ = 0;
    bool awake_ = false;
    ModelWeights weights_;
    RunnerInfo info_;

    // Of the batch being run; kept so that a step allocates nothing.
    std::vector<TokenId> tokens_;
    std::vector<int32_t> positions_, types_;
    std::vector<AttentionSequence> sequences_;
    std::vector<AdapterRows> adapters_;
    std::vector<int> wanted_;
    std::vector<float> normed_, logits_;
    Workspace attention_workspace_;
};

}  // namespace argosy
