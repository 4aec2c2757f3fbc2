// Decides what each model step computes: which sequences run, how many tokens of each, in which KV
// blocks. Pure but for the block pool: no clock, no model, no thread.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "engine/scheduler/block_pool.h"
#include "engine/scheduler/sequence.h"

namespace argosy {

struct SchedulerLimits {
    int32_t max_running = 64;
    int32_t max_batch_tokens = 512;  // at least max_running
    int32_t max_prompt_rows = 32;    // prompt tokens a step of a sequence that wants their logits
    int32_t max_draft_tokens = 64;   // drafted tokens a step, all sequences together
};

/// `count` tokens from `position` on, the last `drafts` of them from Sequence::draft.
struct StepItem {
    Sequence* sequence = nullptr;
    int32_t position = 0;
    int32_t count = 0;
    int32_t drafts = 0;
    bool samples = false;  // reaches the last token: its logits choose the next one
};

struct BlockCopy {
    int32_t from = 0;
    int32_t to = 0;
};

struct StepPlan {
    std::vector<StepItem> items;
    std::vector<BlockCopy> copies;  // in this order, before the step runs
    int32_t tokens = 0;
    int32_t preempted = 0;
};

/// Decodes go first, each with its drafted tokens; what is left of the token budget goes to
/// prefill: at least half of it to the sequence first in order, so that a long prompt always moves,
/// the rest to the shortest remainders, so that a short prompt does not wait for a long one.
/// Sequences that share a prefix compute it once: a follower waits for the block that another one
/// computes in the same step and goes on behind it. When blocks run out, the last sequence in order
/// gives up its own and is computed again later. A sequence must fit into the pool alone.
/// Single-threaded; sequences are owned by the caller and stay where they are until Remove.
class Scheduler {
  public:
    Scheduler(SchedulerLimits limits, BlockPool& pool);

    void Add(Sequence& sequence);
    /// Makes `child`, a copy of `parent`'s tokens, run on from where the parent is, on the parent's
    /// blocks (copied when written to); waits instead where no more may run.
    void Fork(const Sequence& parent, Sequence& child);
    /// Ended, cancelled or failed: gives back blocks. Unknown sequences are ignored.
    void Remove(Sequence& sequence);

    /// The next step; empty only when nothing is left. Valid until the next call.
    const StepPlan& Plan();
    /// The step ran: `computed` leading tokens are now in the cache. Tokens must be final.
    void Commit(Sequence& sequence, int32_t computed);

    bool idle() const { return running_.empty() && waiting_.empty(); }
    /// The first one waiting did not fit beside what runs.
    bool blocked() const { return blocked_; }
    const std::vector<Sequence*>& running() const { return running_; }  // in order
    int32_t waiting() const { return static_cast<int32_t>(waiting_.size()); }
    int32_t BlocksFor(int32_t tokens) const;
    /// Dies unless pool and sequences fit together. For tests.
    void CheckInvariants() const;

  private:
    struct Before {
        bool operator()(const Sequence* a, const Sequence* b) const { return RunsBefore(*a, *b); }
    };
    struct Claim {  // a block that some sequence computes in this step
        const Sequence* sequence;
        int32_t first;  // token
    };

    void PlanDecodes(int32_t& budget);
    void Admit();
    bool Fits(const Sequence& sequence) const;
    void PlanPrefills(int32_t budget);
    void CollectPrefills();
    void SharePrefillBudget(int32_t budget);
    void TakeCached(Sequence& sequence);
    bool IsClaimed(const Sequence& sequence) const;
    int32_t FindNext(const Sequence& sequence, int32_t block, int32_t parent) const;
    bool PrepareBlocks(Sequence& sequence, int32_t tokens);
    void Emit(Sequence& sequence, int32_t count, int32_t drafts);
    void Run(Sequence& sequence);
    void Preempt(Sequence& sequence);
    void Release(Sequence& sequence);

    SchedulerLimits limits_;
    BlockPool& pool_;
    std::vector<Sequence*> running_;  // in order
    std::set<Sequence*, Before> waiting_;
    bool blocked_ = false;
    StepPlan plan_;
    struct Share {
        Sequence* sequence;
        int32_t tokens;
    };
    std::vector<Share> shares_;  // of the prefill budget, kept for its memory
    std::vector<Claim> claims_;
};

}  // namespace argosy
