#include "engine/scheduler/scheduler.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace argosy {

Scheduler::Scheduler(SchedulerLimits limits, BlockPool& pool) : limits_(limits), pool_(pool) {
    ARGOSY_CHECK(limits.max_running > 0 && limits.max_batch_tokens >= limits.max_running);
    running_.reserve(static_cast<size_t>(limits.max_running));
}

int32_t Scheduler::BlocksFor(int32_t tokens) const {
    return (tokens + pool_.block_tokens() - 1) / pool_.block_tokens();
}

void Scheduler::Add(Sequence& sequence) { waiting_.insert(&sequence); }

void Scheduler::Fork(const Sequence& parent, Sequence& child) {
    ARGOSY_CHECK(child.length() == parent.length());
    child.started = true;
    if (!parent.running || running_.size() >= static_cast<size_t>(limits_.max_running)) {
        waiting_.insert(&child);
        return;
    }
    child.blocks = parent.blocks;
    child.computed = parent.computed;
    child.registered = parent.registered;
    for (int32_t block : child.blocks) pool_.Ref(block);
    Run(child);
}

void Scheduler::Remove(Sequence& sequence) {
    if (sequence.running) {
        std::erase(running_, &sequence);
        Release(sequence);
    } else {
        waiting_.erase(&sequence);
    }
}

const StepPlan& Scheduler::Plan() {
    plan_.items.clear();
    plan_.copies.clear();
    plan_.tokens = plan_.preempted = 0;
    for (Sequence* sequence : running_) sequence->planned = false;
    int32_t budget = limits_.max_batch_tokens;
    PlanDecodes(budget);
    Admit();
    PlanPrefills(budget);
    // All that run are in the middle of their prompts and hold every block: the last one gives up.
    while (plan_.items.empty() && running_.size() > 1) {
        Preempt(*running_.back());
        PlanPrefills(budget);
    }
    ARGOSY_CHECK(!plan_.items.empty() || idle());
    return plan_;
}

void Scheduler::PlanDecodes(int32_t& budget) {
    int32_t drafts_left =
        std::min(limits_.max_draft_tokens, budget - static_cast<int32_t>(running_.size()));
    for (size_t i = 0; i < running_.size(); ++i) {  // preemption shortens the end
        Sequence& sequence = *running_[i];
        if (sequence.remaining() != 1) continue;
        while (sequence.running && !PrepareBlocks(sequence, sequence.length())) {
            Preempt(*running_.back());
        }
        if (!sequence.running) break;  // it was the last one itself
        auto drafts = std::min(static_cast<int32_t>(sequence.draft.size()), drafts_left);
        // Nobody gives up blocks for a guess.
        while (drafts > 0 && !PrepareBlocks(sequence, sequence.length() + drafts)) --drafts;
        drafts_left -= drafts;
        budget -= 1 + drafts;
        Emit(sequence, 1 + drafts, drafts);
    }
}

void Scheduler::Admit() {
    blocked_ = false;
    while (!waiting_.empty() && running_.size() < static_cast<size_t>(limits_.max_running)) {
        Sequence& sequence = **waiting_.begin();
        if (!running_.empty() && !Fits(sequence)) {
            blocked_ = true;  // those behind it do not overtake, else a large one would starve
            return;
        }
        waiting_.erase(waiting_.begin());
        Run(sequence);
        TakeCached(sequence);
        sequence.started = true;
    }
}

// Whether a waiting sequence's tokens fit beside all that running ones were promised, with a little
// room for these to grow, so that it is not preempted at once.
bool Scheduler::Fits(const Sequence& sequence) const {
    int32_t promised = std::max(pool_.total() / 100, static_cast<int32_t>(running_.size()) / 2);
    for (const Sequence* other : running_) {
        promised +=
            std::max(0, BlocksFor(other->length()) - static_cast<int32_t>(other->blocks.size()));
    }
    int32_t needed = BlocksFor(sequence.length());
    int32_t parent = -1;
    for (int32_t i = 0; (i + 1) * pool_.block_tokens() < sequence.length(); ++i) {
        parent = FindNext(sequence, i, parent);
        if (parent < 0) break;
        if (pool_.refs(parent) > 0) --needed;  // in use already: costs no free block
    }
    return needed + promised <= pool_.free();
}

void Scheduler::PlanPrefills(int32_t budget) {
    CollectPrefills();
    SharePrefillBudget(budget);
    for (const Share& share : shares_) {
        int32_t count = share.tokens;
        while (count > 0 && !PrepareBlocks(*share.sequence, share.sequence->computed + count)) {
            --count;
        }
        if (count > 0) Emit(*share.sequence, count, 0);
    }
}

// Running sequences in the middle of their tokens, in order, but for followers of another one.
void Scheduler::CollectPrefills() {
    shares_.clear();
    claims_.clear();
    for (Sequence* sequence : running_) {
        if (sequence->planned) continue;
        TakeCached(*sequence);
        if (IsClaimed(*sequence)) continue;
        shares_.push_back({sequence, 0});
        int32_t block_tokens = pool_.block_tokens();
        claims_.push_back({sequence, sequence->computed / block_tokens * block_tokens});
    }
}

void Scheduler::SharePrefillBudget(int32_t budget) {
    if (shares_.empty()) return;
    auto want = [&](const Sequence& sequence) {
        return sequence.wants_prompt_rows ? std::min(sequence.remaining(), limits_.max_prompt_rows)
                                          : sequence.remaining();
    };
    Share& first = shares_.front();
    first.tokens = std::min(want(*first.sequence), (budget + 1) / 2);
    budget -= first.tokens;
    std::sort(shares_.begin() + 1, shares_.end(), [](const Share& a, const Share& b) {
        int32_t x = a.sequence->remaining();
        int32_t y = b.sequence->remaining();
        return x != y ? x < y : RunsBefore(*a.sequence, *b.sequence);
    });
    for (size_t i = 1; i < shares_.size() && budget > 0; ++i) {
        shares_[i].tokens = std::min(want(*shares_[i].sequence), budget);
        budget -= shares_[i].tokens;
    }
    first.tokens = std::min(want(*first.sequence), first.tokens + budget);
}

// Moves on over blocks that somebody has computed already. The last token is always computed: its
// logits are needed.
void Scheduler::TakeCached(Sequence& sequence) {
    if (sequence.wants_prompt_rows || !pool_.caches()) return;
    const int32_t block_tokens = pool_.block_tokens();
    while (sequence.computed + block_tokens < sequence.length()) {
        int32_t index = sequence.computed / block_tokens;
        if (sequence.computed % block_tokens != 0 || sequence.registered != index) return;
        int32_t block = FindNext(sequence, index, index > 0 ? sequence.blocks[index - 1] : -1);
        if (block < 0) return;
        pool_.Ref(block);
        if (static_cast<size_t>(index) < sequence.blocks.size()) {
            pool_.Unref(std::exchange(sequence.blocks[index], block));
        } else {
            sequence.blocks.push_back(block);
        }
        sequence.computed += block_tokens;
        ++sequence.registered;
        sequence.cached_tokens += block_tokens;
    }
}

int32_t Scheduler::FindNext(const Sequence& sequence, int32_t block, int32_t parent) const {
    if (sequence.wants_prompt_rows) return -1;
    auto size = static_cast<size_t>(pool_.block_tokens());
    return pool_.Find(*sequence.root, parent,
                      std::span(sequence.tokens).subspan(static_cast<size_t>(block) * size, size));
}

// Whether another sequence computes this one's next block in this step. Only sequences at the first
// uncached block of a common beginning can meet there, so comparing that block and what is before
// it is enough; when they differ both just compute.
bool Scheduler::IsClaimed(const Sequence& sequence) const {
    const int32_t block_tokens = pool_.block_tokens();
    if (!pool_.caches() || sequence.wants_prompt_rows || sequence.computed % block_tokens != 0 ||
        sequence.computed + block_tokens >= sequence.length()) {
        return false;
    }
    auto first = static_cast<size_t>(sequence.computed);
    auto size = static_cast<size_t>(block_tokens);
    size_t index = first / size;
    return std::ranges::any_of(claims_, [&](const Claim& claim) {
        const Sequence& other = *claim.sequence;
        if (claim.first != sequence.computed || other.tokens.size() < first + size) return false;
        bool same_before = index == 0 ? *other.root == *sequence.root
                                      : other.blocks[index - 1] == sequence.blocks[index - 1];
        return same_before && std::ranges::equal(std::span(other.tokens).subspan(first, size),
                                                 std::span(sequence.tokens).subspan(first, size));
    });
}

// Makes blocks for `tokens` tokens, those from `computed` on the sequence's own to write. All or
// nothing.
bool Scheduler::PrepareBlocks(Sequence& sequence, int32_t tokens) {
    auto written = static_cast<size_t>(sequence.computed / pool_.block_tokens());
    bool copies = written < sequence.blocks.size() && pool_.refs(sequence.blocks[written]) > 1;
    int32_t missing = BlocksFor(tokens) - static_cast<int32_t>(sequence.blocks.size());
    if (std::max(0, missing) + (copies ? 1 : 0) > pool_.free()) return false;
    if (copies) {
        int32_t own = pool_.Allocate();
        plan_.copies.push_back({sequence.blocks[written], own});
        pool_.Unref(std::exchange(sequence.blocks[written], own));
    }
    for (; missing > 0; --missing) sequence.blocks.push_back(pool_.Allocate());
    return true;
}

void Scheduler::Emit(Sequence& sequence, int32_t count, int32_t drafts) {
    bool samples = sequence.computed + count == sequence.length() + drafts;
    plan_.items.push_back({&sequence, sequence.computed, count, drafts, samples});
    plan_.tokens += count;
    sequence.planned = true;
}

void Scheduler::Commit(Sequence& sequence, int32_t computed) {
    ARGOSY_CHECK(sequence.running && computed <= sequence.length());
    sequence.computed = computed;
    const int32_t block_tokens = pool_.block_tokens();
    while (pool_.caches() && (sequence.registered + 1) * block_tokens <= computed) {
        int32_t index = sequence.registered++;
        int32_t parent = index > 0 ? sequence.blocks[index - 1] : -1;
        auto tokens = std::span(sequence.tokens)
                          .subspan(static_cast<size_t>(index) * block_tokens,
                                   static_cast<size_t>(block_tokens));
        sequence.blocks[index] =
            pool_.Register(sequence.root, parent, sequence.blocks[index], tokens);
    }
    // Blocks of rejected drafts go back at once.
    while (static_cast<int32_t>(sequence.blocks.size()) > BlocksFor(sequence.length())) {
        pool_.Unref(sequence.blocks.back());
        sequence.blocks.pop_back();
    }
}

void Scheduler::Run(Sequence& sequence) {
    sequence.running = true;
    sequence.planned = false;
    running_.insert(std::ranges::upper_bound(running_, &sequence, Before{}), &sequence);
}

void Scheduler::Preempt(Sequence& sequence) {
    running_.pop_back();
    Release(sequence);
    sequence.draft.clear();
    waiting_.insert(&sequence);
    ++plan_.preempted;
}

// From the last block to the first, so that the pool reuses the ends of texts before beginnings.
void Scheduler::Release(Sequence& sequence) {
    for (size_t i = sequence.blocks.size(); i > 0; --i) pool_.Unref(sequence.blocks[i - 1]);
    sequence.blocks.clear();
    sequence.computed = sequence.registered = sequence.cached_tokens = 0;
    sequence.running = false;
}

void Scheduler::CheckInvariants() const {
    std::vector<std::span<const int32_t>> tables;
    for (const Sequence* sequence : running_) {
        ARGOSY_CHECK(sequence->running && sequence->computed <= sequence->length());
        ARGOSY_CHECK(BlocksFor(sequence->computed) <=
                     static_cast<int32_t>(sequence->blocks.size()));
        tables.emplace_back(sequence->blocks);
    }
    for (const Sequence* sequence : waiting_) {
        ARGOSY_CHECK(!sequence->running && sequence->blocks.empty());
    }
    ARGOSY_CHECK(std::ranges::is_sorted(running_, Before{}));
    pool_.CheckInvariants(tables);
}

}  // namespace argosy
