#include "train/batch_plan.h"

#include <algorithm>
#include <numeric>

#include "base/split_mix.h"
#include "train/random.h"

namespace argosy::train {

namespace {

constexpr size_t kOpenPasses = 16;

std::vector<size_t> Order(size_t count, bool shuffle, uint64_t seed, int epoch) {
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t{0});
    if (!shuffle) return order;
    uint64_t state = MixSeed(seed, static_cast<uint64_t>(epoch));
    for (size_t i = count; i > 1; --i) {  // Fisher-Yates; the modulo's bias is below 1e-12
        std::swap(order[i - 1], order[SplitMix64(state) % i]);
    }
    return order;
}

std::vector<Pass> Pack(std::span<const size_t> order, std::span<const int64_t> tokens,
                       int64_t most) {
    std::vector<Pass> passes;
    std::vector<int64_t> used;
    for (const size_t example : order) {
        size_t at = passes.size() > kOpenPasses ? passes.size() - kOpenPasses : 0;
        while (at < passes.size() && used[at] + tokens[example] > most) ++at;
        if (at == passes.size()) {
            passes.emplace_back();
            used.push_back(0);
        }
        passes[at].push_back(example);
        used[at] += tokens[example];
    }
    return passes;
}

}  // namespace

std::vector<Pass> PlanEpoch(std::span<const int64_t> tokens, const BatchOptions& options,
                            uint64_t seed, int epoch) {
    const std::vector<size_t> order = Order(tokens.size(), options.shuffle, seed, epoch);
    if (options.pack) return Pack(order, tokens, options.pack_tokens);
    std::vector<Pass> passes;
    const auto size = static_cast<size_t>(options.examples);
    for (size_t at = 0; at < order.size(); at += size) {
        const size_t end = std::min(order.size(), at + size);
        passes.emplace_back(order.begin() + static_cast<ptrdiff_t>(at),
                            order.begin() + static_cast<ptrdiff_t>(end));
    }
    return passes;
}

int64_t StepsOf(size_t passes, int accumulation) {
    const auto per_step = static_cast<size_t>(accumulation);
    return static_cast<int64_t>((passes + per_step - 1) / per_step);
}

}  // namespace argosy::train
