// EngineCore::Step and its parts: see engine_core.h.
#include <algorithm>
#include <exception>

#include "base/check.h"
#include "engine/scheduler/engine_core.h"
#include "engine/scheduler/logprobs.h"

namespace argosy {

void EngineCore::Step() {
    ProposeDrafts();
    const StepPlan& plan = scheduler_.Plan();
    NoteStarted(plan, std::chrono::steady_clock::now());
    BuildSteps(plan);
    StartMasks(plan);
    auto logits = Forward(plan);
    workers_.Wait();
    NoteStep(plan);
    parts_.take_cancels();
    if (!logits) {
        for (const StepItem& item : plan.items) {
            ActiveRequest& request = item.sequence->owner->request;
            if (!request.closed) Close(request, FinishReason::kError, logits.error());
        }
    } else {
        CollectTasks(plan, *logits);
        workers_.Start(task_count_, sample_piece_);
        workers_.Wait();
        auto now = std::chrono::steady_clock::now();
        for (size_t i = 0; i < task_count_; ++i) SettleTask(tasks_[i], now);
    }
    graveyard_.clear();
#ifndef NDEBUG
    CheckInvariants();
#endif
}

void EngineCore::ProposeDrafts() {
    const EngineOptions& options = parts_.options;
    if (options.speculative_ngram <= 0 && !draft_model_) return;
    draft_targets_.clear();
    for (Sequence* sequence : scheduler_.running()) {
        sequence->draft.clear();
        ActiveChoice& active = *sequence->owner;
        // Not before the first token: with it the other choices come into being.
        if (sequence->remaining() != 1 || active.choice.generated() == 0) continue;
        int32_t most = draft_model_
                           ? std::max(options.speculative_ngram, options.speculative_tokens)
                           : options.speculative_ngram;
        int32_t count = std::min(active.draft_length.Next(most), DraftRoom(active));
        if (count <= 0) continue;
        if (options.speculative_ngram > 0) {
            active.ngram.Propose(sequence->tokens, std::min(count, options.speculative_ngram),
                                 sequence->draft);
        }
        if (draft_model_ && sequence->draft.empty()) {
            draft_targets_.push_back({sequence->id, &sequence->tokens, &active.choice,
                                      std::min(count, options.speculative_tokens),
                                      &sequence->draft});
        }
    }
    if (!draft_targets_.empty()) draft_model_->Propose(draft_targets_);
    for (Sequence* sequence : scheduler_.running()) DropImpossibleDrafts(*sequence->owner);
}

// Drafted tokens that can still count: the step itself gives one more.
int32_t EngineCore::DraftRoom(const ActiveChoice& active) const {
    return active.request.rules.max_tokens - active.choice.generated() - 1;
}

// What the grammar forbids will not be sampled: no need to verify it.
void EngineCore::DropImpossibleDrafts(ActiveChoice& active) {
    auto& draft = active.sequence.draft;
    if (draft.empty() || !active.choice.grammar()) return;
    GrammarState ahead = *active.choice.grammar();
    size_t possible = 0;
    while (possible < draft.size() && ahead.Accept(draft[possible])) ++possible;
    draft.resize(possible);
}

void EngineCore::BuildSteps(const StepPlan& plan) {
    steps_.clear();
    step_tokens_.clear();
    step_tokens_.reserve(static_cast<size_t>(plan.tokens));  // spans into it stay valid
    for (const StepItem& item : plan.items) {
        const Sequence& sequence = *item.sequence;
        const auto& adapter = sequence.owner->request.adapter;
        size_t first = step_tokens_.size();
        auto known = sequence.tokens.begin() + item.position;
        step_tokens_.insert(step_tokens_.end(), known, known + (item.count - item.drafts));
        step_tokens_.insert(step_tokens_.end(), sequence.draft.begin(),
                            sequence.draft.begin() + item.drafts);
        int32_t unneeded = item.samples ? item.count - 1 - item.drafts : item.count;
        steps_.push_back({.tokens = std::span(step_tokens_).subspan(first),
                          .position = item.position,
                          .blocks = sequence.blocks,
                          .logits_from = sequence.wants_prompt_rows ? 0 : unneeded,
                          .adapter = adapter ? adapter->weights.get() : nullptr});
    }
}

void EngineCore::StartMasks(const StepPlan& plan) {
    mask_tasks_.clear();
    mask_of_item_.assign(plan.items.size(), 0);
    size_t rows = 0;
    for (size_t i = 0; i < plan.items.size(); ++i) {
        const StepItem& item = plan.items[i];
        ActiveChoice& active = *item.sequence->owner;
        if (!item.samples || !active.choice.grammar()) continue;
        mask_of_item_[i] = rows;
        mask_tasks_.push_back(
            {&active, std::span(item.sequence->draft).first(static_cast<size_t>(item.drafts)),
             rows});
        rows += 1 + static_cast<size_t>(item.drafts);
    }
    if (masks_.size() < rows * mask_words_) masks_.resize(rows * mask_words_);
    workers_.Start(mask_tasks_.size(), mask_piece_);
}

void EngineCore::MakeMasks(const MaskTask& task) {
    auto words = [&](size_t row) {
        return std::span(masks_).subspan((task.first_mask + row) * mask_words_, mask_words_);
    };
    const GrammarState& now = *task.choice->choice.grammar();
    now.FillMask(words(0));
    if (task.drafts.empty()) return;
    GrammarState ahead = now;
    for (size_t i = 0; i < task.drafts.size(); ++i) {
        ahead.Accept(task.drafts[i]);
        ahead.FillMask(words(i + 1));
    }
}

Result<std::span<float>> EngineCore::Forward(const StepPlan& plan) {
    try {
        for (const BlockCopy& copy : plan.copies) parts_.runner.CopyBlock(copy.from, copy.to);
        auto logits = parts_.runner.Forward(steps_);
        size_t rows = 0;
        for (const SequenceStep& step : steps_) {
            rows += step.tokens.size() - static_cast<size_t>(step.logits_from);
        }
        if (logits &&
            logits->size() < rows * static_cast<size_t>(parts_.runner.info().vocab_size)) {
            return Err(ErrorCode::kInternal, "the model gave {} logits for {} rows", logits->size(),
                       rows);
        }
        return logits;
    } catch (const std::exception& exception) {
        return Err(ErrorCode::kInternal, "the model failed: {}", exception.what());
    }
}

void EngineCore::CollectTasks(const StepPlan& plan, std::span<float> logits) {
    task_count_ = 0;
    auto vocab = static_cast<size_t>(parts_.runner.info().vocab_size);
    size_t row = 0;
    for (size_t i = 0; i < plan.items.size(); ++i) {
        const StepItem& item = plan.items[i];
        auto rows = static_cast<size_t>(item.count - steps_[i].logits_from);
        auto values = logits.subspan(row * vocab, rows * vocab);
        row += rows;
        ActiveRequest& request = item.sequence->owner->request;
        if (request.closed) continue;
        if (item.drafts == 0) scheduler_.Commit(*item.sequence, item.position + item.count);
        if (item.sequence->wants_prompt_rows) KeepPromptLogprobs(request, item, values);
        if (!item.samples) continue;
        if (request.rules.max_tokens == 0) {
            FinishPromptOnly(request);
            continue;
        }
        size_t first = task_count_;
        auto sampled = values.last((1 + static_cast<size_t>(item.drafts)) * vocab);
        bool forks = static_cast<int32_t>(request.choices.size()) < request.choices_wanted;
        if (forks) {
            ForkChoices(request);
            for (auto& choice : request.choices) AddTask(*choice, item, sampled, true);
        } else {
            AddTask(*item.sequence->owner, item, sampled, false);
        }
        for (size_t t = first; t < task_count_; ++t) tasks_[t].first_mask = mask_of_item_[i];
    }
}

void EngineCore::AddTask(ActiveChoice& active, const StepItem& item, std::span<float> rows,
                         bool keep) {
    if (active.choice.generated() == 0 && active.choice.index() == 0) {
        int32_t cached = active.sequence.cached_tokens;
        active.request.usage.cached_tokens = cached;
        parts_.metrics.Update([&](EngineStats& stats) {
            if (!parts_.options.prefix_cache) return;
            stats.prefix_cache_queries += active.request.prompt.size();
            stats.prefix_cache_hits += static_cast<uint64_t>(cached);
        });
    }
    if (task_count_ == tasks_.size()) tasks_.emplace_back();
    Task& task = tasks_[task_count_++];
    task.choice = &active;
    task.drafts = item.drafts;
    task.position = item.position;
    task.rows = rows;
    task.keep_rows = keep;
    task.taken.clear();
    task.error.reset();
}

// Row i of a chunk tells the probability of the token after it.
void EngineCore::KeepPromptLogprobs(ActiveRequest& request, const StepItem& item,
                                    std::span<float> rows) {
    auto vocab = static_cast<size_t>(parts_.runner.info().vocab_size);
    auto& kept = request.prompt_logprobs;
    if (kept.empty()) kept.push_back({request.prompt.front(), 0, {}});  // nothing came before it
    for (int32_t i = 0; i < item.count; ++i) {
        auto next = static_cast<size_t>(item.position + i + 1);
        // After a preemption the first rows come again.
        if (next != kept.size() || next >= request.prompt.size()) continue;
        kept.push_back(LogprobOf(rows.subspan(static_cast<size_t>(i) * vocab, vocab),
                                 request.prompt[next], request.rules.params.prompt_logprobs,
                                 scratch_.front()));
    }
    if (item.samples) item.sequence->wants_prompt_rows = false;
}

void EngineCore::FinishPromptOnly(ActiveRequest& request) {
    request.usage.cached_tokens = request.choices.front()->sequence.cached_tokens;
    ForkChoices(request);
    auto now = std::chrono::steady_clock::now();
    for (size_t i = 0; i < request.choices.size() && !request.closed; ++i) {
        request.choices[i]->choice.FinishEmpty();
        SendNews(*request.choices[i], now);
    }
}

// Each row is sampled as plain decoding would; the next one counts only if the token is the drafted
// one, so drafts never change what comes out.
void EngineCore::Sample(Task& task, SamplerScratch& scratch) {
    Choice& choice = task.choice->choice;
    const auto& draft = task.choice->sequence.draft;
    auto vocab = task.rows.size() / (1 + static_cast<size_t>(task.drafts));
    for (size_t i = 0; i <= static_cast<size_t>(task.drafts); ++i) {
        std::span<const uint32_t> mask;
        if (choice.grammar()) {
            mask = std::span(masks_).subspan((task.first_mask + i) * mask_words_, mask_words_);
        }
        auto token =
            choice.Take(task.rows.subspan(i * vocab, vocab), task.keep_rows, mask, scratch);
        if (!token) {
            task.error = token.error();
            return;
        }
        task.taken.push_back(*token);
        if (choice.finished() || i == static_cast<size_t>(task.drafts) || draft[i] != *token)
            return;
    }
}

void EngineCore::SettleTask(Task& task, SteadyTime now) {
    ActiveChoice& active = *task.choice;
    ActiveRequest& request = active.request;
    if (request.closed) return;  // an error of another choice of it
    if (task.error) return Close(request, FinishReason::kError, task.error);
    Sequence& sequence = active.sequence;
    sequence.tokens.insert(sequence.tokens.end(), task.taken.begin(), task.taken.end());
    auto accepted = static_cast<int32_t>(task.taken.size()) - 1;
    if (task.drafts > 0) {
        scheduler_.Commit(sequence, task.position + 1 + accepted);
        active.draft_length.Verified(task.drafts, accepted);
        parts_.metrics.Update([&](EngineStats& stats) {
            stats.draft_tokens += static_cast<uint64_t>(task.drafts);
            stats.accepted_tokens += static_cast<uint64_t>(accepted);
        });
    }
    sequence.draft.clear();
    SendNews(active, now);
}

}  // namespace argosy
