#include "engine/scheduler/choice.h"

#include <algorithm>
#include <limits>

#include "engine/scheduler/logits_scan.h"
#include "engine/scheduler/logprobs.h"
#include "engine/scheduler/philox.h"

namespace argosy {

Choice::Choice(const ChoiceRules& rules, std::span<const TokenId> prompt, int32_t index)
    : rules_(rules),
      index_(index),
      decoder_(*rules.tokenizer, rules.params.skip_special_tokens, rules.params.visible_tokens),
      stops_(rules.params.stop, rules.params.include_stop_in_output) {
    if (UsesPenalties(rules.params)) counts_.emplace(prompt);
    if (rules.params.grammar) grammar_.emplace(*rules.masker, rules.params.grammar);
}

Result<TokenId> Choice::Take(std::span<float> row, bool keep_row, std::span<const uint32_t> mask,
                             SamplerScratch& scratch) {
    std::span<float> edited = row;
    if (NeedsEdits(mask)) {
        if (keep_row || rules_.needs_logprobs) {
            scratch.row.assign(row.begin(), row.end());
            edited = scratch.row;
        }
        Edit(edited, mask);
    }
    double uniform = UniformAt(rules_.seed, index_, generated_);
    TokenId token = SampleToken(edited, rules_.params, uniform, scratch);
    if (token < 0) {
        return Err(ErrorCode::kInternal,
                   "no token can be chosen as number {} of choice {}: the model gave no finite "
                   "logit that is allowed",
                   generated_, index_);
    }
    if (rules_.needs_logprobs) {
        auto logprob = LogprobOf(row, token, rules_.params.logprobs, scratch);
        logprob_sum_ += logprob.logprob;
        if (rules_.params.logprobs >= 0) pending_.logprobs.push_back(std::move(logprob));
    }
    Accept(token);
    return token;
}

TokenId Choice::Guess(std::span<float> row, int32_t ahead, SamplerScratch& scratch) const {
    Edit(row, {});
    return SampleToken(row, rules_.params, UniformAt(rules_.seed, index_, generated_ + ahead),
                       scratch);
}

bool Choice::NeedsEdits(std::span<const uint32_t> mask) const {
    return !mask.empty() || counts_ || !rules_.params.logit_bias.empty() ||
           generated_ < rules_.params.min_tokens;
}

void Choice::Edit(std::span<float> row, std::span<const uint32_t> mask) const {
    if (!mask.empty()) KeepMasked(row, mask);
    for (const auto& [token, bias] : rules_.params.logit_bias) row[token] += bias;
    // A grammar that is complete allows nothing but to stop: it wins over min_tokens.
    bool must_stop = grammar_ && grammar_->IsComplete();
    if (generated_ < rules_.params.min_tokens && !must_stop) {
        for (TokenId token : rules_.stop_tokens) {
            if (static_cast<size_t>(token) < row.size()) {
                row[token] = -std::numeric_limits<float>::infinity();
            }
        }
    }
    if (counts_) counts_->Penalise(rules_.params, row);
}

bool Choice::IsStop(TokenId token) const {
    return std::ranges::find(rules_.stop_tokens, token) != rules_.stop_tokens.end();
}

void Choice::Accept(TokenId token) {
    ++generated_;
    pending_.tokens.push_back(token);
    if (counts_) counts_->AddOutput(token);
    if (IsStop(token)) {
        pending_.stop_reason = rules_.tokenizer->TokenText(token);
        if (rules_.params.include_stop_in_output) AcceptText(token);
        if (!finish_) End(FinishReason::kStop);
        return;
    }
    if (grammar_) grammar_->Accept(token);
    AcceptText(token);
    // With ignore_eos the end of the grammar is the only end.
    if (!finish_ && grammar_ && grammar_->IsComplete() && rules_.params.ignore_eos) {
        End(FinishReason::kStop);
    }
    if (!finish_ && generated_ >= rules_.max_tokens) End(FinishReason::kLength);
}

void Choice::AcceptText(TokenId token) {
    bool armed = generated_ >= rules_.params.min_tokens;
    if (auto stop = stops_.Push(decoder_.Push(token), armed, pending_.text)) {
        pending_.stop_reason = *stop;
        finish_ = FinishReason::kStop;
    }
}

void Choice::End(FinishReason reason) {
    finish_ = reason;
    // The decoder's last bytes can still complete a stop string.
    if (auto stop = stops_.Push(decoder_.Finish(), true, pending_.text)) {
        pending_.stop_reason = *stop;
        finish_ = FinishReason::kStop;
    }
    stops_.Finish(pending_.text);
}

GenerateEvent Choice::TakeEvent() {
    GenerateEvent event = std::move(pending_);
    pending_ = GenerateEvent{};
    event.choice = index_;
    event.finish = finish_;
    return event;
}

}  // namespace argosy
