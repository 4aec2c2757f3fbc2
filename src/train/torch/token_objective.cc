#include <fmt/format.h>

#include "train/random.h"
#include "train/torch/functions.h"
#include "train/torch/objective.h"
#include "train/torch/token_loss.h"

namespace argosy::train {

namespace {

Result<int64_t> CheckExample(const Example& example, const Architecture& a, int64_t context) {
    const auto length = std::ssize(example.tokens);
    if (example.trained.size() != example.tokens.size()) {
        return Err(ErrorCode::kInvalidArgument, "{} tokens but {} marks", length,
                   example.trained.size());
    }
    if (length > context) {
        return Err(ErrorCode::kInvalidArgument, "{} tokens, at most {} fit", length, context);
    }
    int64_t trained = 0;
    for (size_t i = 0; i < example.tokens.size(); ++i) {
        if (example.tokens[i] < 0 || example.tokens[i] >= a.vocabulary) {
            return Err(ErrorCode::kInvalidArgument, "token {} is not in the vocabulary of {}",
                       example.tokens[i], a.vocabulary);
        }
        if (i > 0 && example.trained[i] != 0) ++trained;
    }
    if (trained == 0) return Err(ErrorCode::kInvalidArgument, "no token of it is trained");
    return trained;
}

class TokenObjective final : public Objective {
  public:
    TokenObjective(const Network& network, bool recompute, std::span<const Example> examples)
        : network_(network), recompute_(recompute), examples_(examples) {}

    Result<void> Check(int64_t context) {
        for (size_t i = 0; i < examples_.size(); ++i) {
            auto trained = CheckExample(examples_[i], network_.architecture(), context);
            if (!trained) return At(fmt::format("example {}", i), std::move(trained.error()));
            tokens_.push_back(std::ssize(examples_[i].tokens));
            trained_.push_back(*trained);
        }
        return {};
    }

    const std::vector<int64_t>& tokens() const override { return tokens_; }

    int64_t Terms(const Pass& pass) const override {
        int64_t terms = 0;
        for (const size_t item : pass) terms += trained_[item];
        return terms;
    }

    at::Tensor Sum(const Pass& pass, bool training, uint64_t seed, Batch& batch) const override {
        std::vector<std::span<const TokenId>> sequences;
        for (const size_t item : pass) sequences.push_back(examples_[item].tokens);
        const at::Device device = network_.compute().device;
        batch = MakeBatch(sequences, network_.architecture(), device);
        std::vector<int64_t> rows, targets;
        for (size_t i = 0; i < pass.size(); ++i) {
            AddTargets(examples_[pass[i]], batch.rows.first_row[i], rows, targets);
        }
        const auto index = [&](const std::vector<int64_t>& values) {
            return at::tensor(at::ArrayRef<int64_t>(values), at::kLong).to(device);
        };
        const bool gradients = at::GradMode::is_enabled();
        const at::Tensor hidden = network_.Forward(batch, training, seed, recompute_);
        return TokenLoss(TakeRows(hidden, index(rows)), index(targets), network_.head(),
                         network_.architecture().logit_softcap, network_.compute(), gradients);
    }

    uint64_t Fingerprint() const override {
        uint64_t hash = HashBytes("tokens");
        for (const Example& e : examples_) {
            hash = HashBytes(
                {reinterpret_cast<const char*>(e.tokens.data()), e.tokens.size() * sizeof(TokenId)},
                hash);
            hash = HashBytes({reinterpret_cast<const char*>(e.trained.data()), e.trained.size()},
                             hash);
        }
        return hash;
    }

  private:
    // The row before a marked token predicts it.
    static void AddTargets(const Example& example, int64_t first_row, std::vector<int64_t>& rows,
                           std::vector<int64_t>& targets) {
        for (size_t at = 1; at < example.tokens.size(); ++at) {
            if (example.trained[at] == 0) continue;
            rows.push_back(first_row + static_cast<int64_t>(at) - 1);
            targets.push_back(example.tokens[at]);
        }
    }

    const Network& network_;
    bool recompute_;
    std::span<const Example> examples_;
    std::vector<int64_t> tokens_, trained_;
};

}  // namespace

Result<std::unique_ptr<Objective>> PredictTokens(const Network& network,
                                                 const TrainOptions& options,
                                                 std::span<const Example> examples) {
    if (!network.has_head()) {
        return Err(ErrorCode::kUnsupported, "an encoder predicts no tokens; train it on pairs");
    }
    const int64_t context = options.context > 0 ? options.context : network.architecture().context;
    auto objective = std::make_unique<TokenObjective>(network, options.recompute_layers, examples);
    ARGOSY_CHECK_OK(objective->Check(context));
    return objective;
}

}  // namespace argosy::train
