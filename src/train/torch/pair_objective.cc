#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "train/random.h"
#include "train/torch/objective.h"

namespace argosy::train {

namespace {

Result<void> CheckSide(const std::vector<TokenId>& tokens, const char* side, int vocabulary,
                       int64_t context) {
    if (tokens.empty() || std::ssize(tokens) > context) {
        return Err(ErrorCode::kInvalidArgument, "its {} has {} tokens, must be 1 to {}", side,
                   tokens.size(), context);
    }
    for (const TokenId token : tokens) {
        if (token >= 0 && token < vocabulary) continue;
        return Err(ErrorCode::kInvalidArgument, "token {} is not in the vocabulary of {}", token,
                   vocabulary);
    }
    return {};
}

uint64_t HashSide(const std::vector<TokenId>& side, uint64_t hash) {
    hash = HashBytes({reinterpret_cast<const char*>(side.data()), side.size() * sizeof(TokenId)},
                     hash);
    return HashBytes("|", hash);
}

class PairObjective final : public Objective {
  public:
    PairObjective(const Network& network, const TrainOptions& options, std::span<const Pair> pairs)
        : network_(network),
          recompute_(options.recompute_layers),
          contrastive_(options.contrastive),
          pairs_(pairs) {}

    Result<void> Check(int64_t context) {
        const int vocabulary = network_.architecture().vocabulary;
        for (size_t i = 0; i < pairs_.size(); ++i) {
            const Pair& pair = pairs_[i];
            std::vector<std::pair<const std::vector<TokenId>*, const char*>> sides{
                {&pair.query, "query"}, {&pair.positive, "positive"}};
            for (const auto& negative : pair.negatives) sides.emplace_back(&negative, "negative");
            int64_t tokens = 0;
            for (const auto& [side, name] : sides) {
                auto fits = CheckSide(*side, name, vocabulary, context);
                if (!fits) return At(fmt::format("pair {}", i), std::move(fits.error()));
                tokens += std::ssize(*side);
            }
            tokens_.push_back(tokens);
        }
        return {};
    }

    const std::vector<int64_t>& tokens() const override { return tokens_; }
    int64_t Terms(const Pass& pass) const override { return std::ssize(pass); }

    at::Tensor Sum(const Pass& pass, bool training, uint64_t seed, Batch& batch) const override {
        const auto count = std::ssize(pass);
        std::vector<std::span<const TokenId>> sequences;
        for (const size_t item : pass) sequences.push_back(pairs_[item].query);
        for (const size_t item : pass) sequences.push_back(pairs_[item].positive);
        for (const size_t item : pass) {
            for (const auto& negative : pairs_[item].negatives) sequences.push_back(negative);
        }
        batch = MakeBatch(sequences, network_.architecture(), network_.compute().device);
        const at::Tensor rows = network_.Forward(batch, training, seed, recompute_);
        const at::Tensor pooled = Pool(rows, batch.rows, sequences, ChosenPooling());
        const at::Tensor unit = pooled / pooled.norm(2, {1}, true).clamp_min(1e-12);
        const int64_t candidates = std::ssize(sequences) - count;
        at::Tensor scores =
            at::mm(unit.narrow(0, 0, count), unit.narrow(0, count, candidates).t()) /
            contrastive_.temperature;
        const std::span known(sequences.begin() + count, sequences.end());
        scores = scores + KnownPositives(pass, known).to(scores.device());
        const at::Tensor own = scores.diagonal();
        return (at::logsumexp(scores, {1}) - own).sum(at::kDouble);
    }

    uint64_t Fingerprint() const override {
        uint64_t hash = HashBytes("pairs");
        for (const Pair& pair : pairs_) {
            hash = HashSide(pair.positive, HashSide(pair.query, hash));
            for (const auto& negative : pair.negatives) hash = HashSide(negative, hash);
        }
        return hash;
    }

  private:
    Pooling ChosenPooling() const {
        const Pooling asked = contrastive_.pooling;
        return asked == Pooling::kModelDefault ? network_.architecture().pooling : asked;
    }

    // [queries][candidates], -inf where a candidate is a positive of this query too: the same text
    // as its own, or the positive of an equal query. The first candidates are the positives.
    at::Tensor KnownPositives(const Pass& pass,
                              std::span<const std::span<const TokenId>> candidates) const {
        const size_t count = pass.size(), width = candidates.size();
        at::Tensor mask =
            at::zeros({static_cast<int64_t>(count), static_cast<int64_t>(width)}, at::kFloat);
        for (size_t i = 0; i < count; ++i) {
            const Pair& one = pairs_[pass[i]];
            for (size_t j = 0; j < width; ++j) {
                const bool same_query = j < count && pairs_[pass[j]].query == one.query;
                if (i == j || (!same_query && !std::ranges::equal(candidates[j], one.positive))) {
                    continue;
                }
                mask.data_ptr<float>()[i * width + j] = -std::numeric_limits<float>::infinity();
            }
        }
        return mask;
    }

    const Network& network_;
    bool recompute_;
    ContrastiveOptions contrastive_;
    std::span<const Pair> pairs_;
    std::vector<int64_t> tokens_;
};

}  // namespace

// A product with a matrix of 1 / length (or 1 at the row that counts) has a way back that is quick.
at::Tensor Pool(const at::Tensor& rows, const PackedRows& packed,
                std::span<const std::span<const TokenId>> sequences, Pooling pooling) {
    const auto count = std::ssize(sequences);
    at::Tensor weights = at::zeros({count, rows.size(0)}, at::kFloat);
    for (int64_t i = 0; i < count; ++i) {
        const auto length = std::ssize(sequences[static_cast<size_t>(i)]);
        float* first =
            weights.data_ptr<float>() + i * rows.size(0) + packed.first_row[static_cast<size_t>(i)];
        if (pooling == Pooling::kMean) {
            std::fill_n(first, length, 1 / static_cast<float>(length));
        } else {
            first[pooling == Pooling::kCls ? 0 : length - 1] = 1;
        }
    }
    return at::mm(weights.to(rows.device()), rows);
}

Result<std::unique_ptr<Objective>> BringPairsTogether(const Network& network,
                                                      const TrainOptions& options,
                                                      std::span<const Pair> pairs) {
    const int64_t context = options.context > 0 ? options.context : network.architecture().context;
    auto objective = std::make_unique<PairObjective>(network, options, pairs);
    ARGOSY_CHECK_OK(objective->Check(context));
    return objective;
}

}  // namespace argosy::train
