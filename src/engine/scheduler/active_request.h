// A generation request inside the engine, from Submit to its last event, with its choices.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "engine/scheduler/adapter_table.h"
#include "engine/scheduler/choice.h"
#include "engine/scheduler/draft_length.h"
#include "engine/scheduler/ngram_draft.h"
#include "engine/scheduler/sequence.h"

namespace argosy {

using SteadyTime = std::chrono::steady_clock::time_point;
struct ActiveRequest;

struct ActiveChoice {
    ActiveChoice(ActiveRequest& owner, const ChoiceRules& rules, std::span<const TokenId> prompt,
                 int32_t index)
        : request(owner), choice(rules, prompt, index) {
        sequence.owner = this;
    }

    ActiveRequest& request;
    Sequence sequence;
    Choice choice;
    DraftLength draft_length;
    NgramDraft ngram;
    SteadyTime last_token;
    GenerateEvent held;  // all output so far, where choices are ranked at the end (best_of)
};

/// Made by the thread that submits, used by the engine's thread only after that.
struct ActiveRequest {
    RequestId id = 0;
    std::vector<TokenId> prompt;
    ChoiceRules rules;
    EventSink sink;
    std::shared_ptr<const PinnedAdapter> adapter;  // null: the base model
    std::shared_ptr<const CacheRoot> root;
    int32_t priority = 0;
    std::optional<SteadyTime> deadline;
    int32_t choices_wanted = 1;  // generated; rules.params.n of them are returned
    SteadyTime submitted, started, first_token;

    std::vector<std::unique_ptr<ActiveChoice>> choices;
    int32_t choices_open = 0;
    std::vector<TokenLogprob> prompt_logprobs;
    Usage usage;
    bool counted_started = false;
    bool closed = false;  // its last event was sent

    bool ranks() const { return choices_wanted > rules.params.n; }
};

}  // namespace argosy
