// A model for tests of the engine: quick, exact, and as easily upset as a real one. Logits depend
// on the whole prefix read back through the KV blocks, so a wrong block table, position, shared or
// stale block changes the output.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "engine/runner.h"
#include "model/tokenizer.h"

namespace argosy {

/// Token 0 is the control token "</s>" that stops; the others are short texts, some of them halves
/// of characters.
class FakeTokenizer final : public Tokenizer {
  public:
    explicit FakeTokenizer(int32_t vocab = 97);

    std::vector<TokenId> Encode(std::string_view text, EncodeOptions options) const override;
    std::vector<TokenId> EncodePair(std::string_view a, std::string_view b,
                                    std::vector<int32_t>* type_ids) const override;
    std::string_view TokenBytes(TokenId id) const override;
    std::string_view TokenText(TokenId id) const override;
    std::optional<TokenId> FindToken(std::string_view text) const override;
    bool IsControl(TokenId id) const override { return id == 0; }
    std::string Decode(std::span<const TokenId> ids, bool skip_control) const override;
    int32_t vocab_size() const override { return static_cast<int32_t>(texts_.size()); }
    std::optional<TokenId> bos() const override { return std::nullopt; }
    std::optional<TokenId> eos() const override { return 0; }
    const std::vector<TokenId>& stop_tokens() const override { return stops_; }

  private:
    std::vector<std::string> texts_;
    std::vector<TokenId> stops_{0};
};

struct FakeRunnerOptions {
    int32_t vocab = 97;
    int32_t block_tokens = 4;
    int32_t context_length = 256;
    uint64_t model = 1;  // another number is another model
    float habit = 2.5F;  // how strongly a token calls for a certain next one, whatever the prefix
};

class FakeRunner final : public ModelRunner {
  public:
    explicit FakeRunner(FakeRunnerOptions options = {});

    const RunnerInfo& info() const override { return info_; }
    int32_t block_tokens() const override { return options_.block_tokens; }
    Result<void> AllocateKv(int32_t blocks) override;
    void CopyBlock(int32_t from, int32_t to) override;
    Result<std::span<float>> Forward(std::span<const SequenceStep> steps) override;
    Result<std::vector<float>> Embed(std::span<const std::vector<TokenId>> inputs,
                                     std::span<const std::vector<int32_t>> type_ids,
                                     Pooling pooling) override;
    Result<std::vector<float>> Score(std::span<const std::vector<TokenId>> pairs,
                                     std::span<const std::vector<int32_t>> type_ids) override;
    Result<LoadedAdapter> LoadAdapter(const std::filesystem::path& path) override;
    void Sleep() override;
    Result<void> Wake() override;

    /// Called at the start of each Forward; an error or exception becomes Forward's.
    std::function<Result<void>(std::span<const SequenceStep>)> before_forward;
    std::atomic<int64_t> tokens_computed{0};
    std::atomic<int64_t> forwards{0};
    std::atomic<int32_t> widest_step{0};  // most tokens in one Forward

  private:
    void RunStep(const SequenceStep& step);
    void WriteLogits(uint64_t prefix, TokenId last, const LoraAdapter* adapter);

    FakeRunnerOptions options_;
    RunnerInfo info_;
    bool awake_ = true;
    std::vector<uint64_t> kv_;  // [block][slot]: a hash of the token and its position
    std::vector<float> logits_;
    std::vector<int32_t> written_;  // by block: the step that writes it, to find two that do
};

}  // namespace argosy
