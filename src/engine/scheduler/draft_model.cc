#include "engine/scheduler/draft_model.h"

#include <algorithm>
#include <exception>

#include "telemetry/log.h"

namespace argosy {

DraftModel::DraftModel(ModelRunner& runner, int32_t blocks, int32_t batch_tokens)
    : runner_(runner), pool_(blocks, runner.block_tokens(), false), batch_tokens_(batch_tokens) {}

void DraftModel::Propose(std::span<const DraftTarget> targets) {
    ++round_;
    if (!CatchUp(targets)) return ForgetAll();
    for (int32_t ahead = 1; !ready_.empty(); ++ahead) {
        std::erase_if(ready_, [&](const Ready& r) { return r.target->count <= ahead; });
        if (ready_.empty()) return;
        if (!Extend()) return ForgetAll();
        auto logits = Forward();
        if (!logits) return ForgetAll();
        Guess(*logits, ready_, ahead);
    }
}

// Feeds each sequence's tokens that the model has not seen; those that arrive at their last token
// get a first guess. False on an error of the model.
bool DraftModel::CatchUp(std::span<const DraftTarget> targets) {
    ready_.clear();
    steps_.clear();
    int32_t budget = batch_tokens_;
    for (const DraftTarget& target : targets) states_[target.sequence].used = round_;
    for (const DraftTarget& target : targets) {
        State& state = states_[target.sequence];
        const auto& tokens = *target.tokens;
        auto seen = std::ranges::mismatch(state.fed, tokens).in1 - state.fed.begin();
        // The last token is always fed: its logits are needed.
        seen = std::min(seen, std::ssize(tokens) - 1);
        state.fed.resize(static_cast<size_t>(seen));
        auto count = std::min(static_cast<int32_t>(std::ssize(tokens) - seen), budget);
        bool arrives = seen + count == std::ssize(tokens);
        auto end = static_cast<int32_t>(seen) + count;
        if (count == 0 || !Prepare(state, end + (arrives ? target.count : 0))) continue;
        budget -= count;
        auto fed = std::span(tokens).subspan(static_cast<size_t>(seen), static_cast<size_t>(count));
        steps_.push_back(
            {fed, static_cast<int32_t>(seen), state.blocks, arrives ? count - 1 : count, nullptr});
        state.fed.insert(state.fed.end(), fed.begin(), fed.end());
        if (arrives) ready_.push_back({&target, &state, 0});
    }
    if (steps_.empty()) return true;
    auto logits = Forward();
    if (!logits) return false;
    Guess(*logits, ready_, 0);
    return true;
}

// Feeds the latest guesses.
bool DraftModel::Extend() {
    steps_.clear();
    for (Ready& r : ready_) {
        auto position = static_cast<int32_t>(r.state->fed.size());
        steps_.push_back({{&r.guess, 1}, position, r.state->blocks, 0, nullptr});
        r.state->fed.push_back(r.guess);
    }
    return !steps_.empty();
}

void DraftModel::Guess(std::span<float> logits, std::span<Ready> ready, int32_t ahead) {
    auto vocab = static_cast<size_t>(runner_.info().vocab_size);
    for (size_t i = 0; i < ready.size(); ++i) {
        auto row = logits.subspan(i * vocab, vocab);
        ready[i].guess = ready[i].target->choice->Guess(row, ahead, scratch_);
        if (ready[i].guess >= 0) ready[i].target->draft->push_back(ready[i].guess);
    }
    std::erase_if(ready_, [](const Ready& r) { return r.guess < 0; });
}

bool DraftModel::Prepare(State& state, int32_t tokens) {
    int32_t blocks = (tokens + pool_.block_tokens() - 1) / pool_.block_tokens();
    auto missing = [&] { return blocks - static_cast<int32_t>(state.blocks.size()); };
    if (missing() > pool_.free()) DropUnused();
    if (missing() > pool_.free()) return false;
    while (missing() > 0) state.blocks.push_back(pool_.Allocate());
    return true;
}

// Preempted sequences and such as pause their drafts give way.
void DraftModel::DropUnused() {
    std::vector<uint64_t> unused;
    for (const auto& [sequence, state] : states_) {
        if (state.used < round_) unused.push_back(sequence);
    }
    for (uint64_t sequence : unused) Forget(sequence);
}

void DraftModel::Forget(uint64_t sequence) {
    auto found = states_.find(sequence);
    if (found == states_.end()) return;
    for (int32_t block : found->second.blocks) pool_.Unref(block);
    states_.erase(found);
}

void DraftModel::ForgetAll() {
    while (!states_.empty()) Forget(states_.begin()->first);
}

Result<std::span<float>> DraftModel::Forward() {
    Result<std::span<float>> logits;
    try {
        logits = runner_.Forward(steps_);
    } catch (const std::exception& exception) {
        logits = Err(ErrorCode::kInternal, "{}", exception.what());
    }
    if (!logits) log::Warn("the draft model failed", {{"error", logits.error().ToString()}});
    return logits;
}

}  // namespace argosy
