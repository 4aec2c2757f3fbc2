// Drafts by a small model of the same vocabulary, with a KV cache of its own. Guesses each token as
// the big model's sampler would choose it, with the same random number, so that many agree.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/runner.h"
#include "engine/scheduler/block_pool.h"
#include "engine/scheduler/choice.h"

namespace argosy {

struct DraftTarget {
    uint64_t sequence = 0;
    const std::vector<TokenId>* tokens = nullptr;
    const Choice* choice = nullptr;
    int32_t count = 0;                      // tokens wanted
    std::vector<TokenId>* draft = nullptr;  // gets them; none while the model is catching up
};

/// Never fails: where it cannot draft (no blocks, an error of the model) there is just no draft.
/// Single-threaded.
class DraftModel {
  public:
    /// `blocks` of KV are allocated in `runner` already.
    DraftModel(ModelRunner& runner, int32_t blocks, int32_t batch_tokens);

    void Propose(std::span<const DraftTarget> targets);
    /// The sequence ended: frees its blocks.
    void Forget(uint64_t sequence);
    /// The KV contents are gone.
    void ForgetAll();

  private:
    struct State {
        std::vector<TokenId> fed;  // tokens whose keys and values are in the blocks
        std::vector<int32_t> blocks;
        uint64_t used = 0;  // the round of the last use
    };
    struct Ready {
        const DraftTarget* target;
        State* state;
        TokenId guess;
    };

    bool Prepare(State& state, int32_t tokens);
    bool CatchUp(std::span<const DraftTarget> targets);
    bool Extend();
    void Guess(std::span<float> logits, std::span<Ready> ready, int32_t ahead);
    void DropUnused();
    Result<std::span<float>> Forward();

    ModelRunner& runner_;
    BlockPool pool_;
    int32_t batch_tokens_;
    uint64_t round_ = 0;
    std::unordered_map<uint64_t, State> states_;
    std::vector<Ready> ready_;
    std::vector<SequenceStep> steps_;
    SamplerScratch scratch_;
};

}  // namespace argosy
