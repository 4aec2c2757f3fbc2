// What the engine's thread does with generation requests, one model step at a time: plan, draft,
// run the model (grammar masks are made meanwhile), sample, send events. Single-threaded.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/engine.h"
#include "engine/scheduler/active_request.h"
#include "engine/scheduler/draft_model.h"
#include "engine/scheduler/engine_metrics.h"
#include "engine/scheduler/scheduler.h"
#include "engine/scheduler/step_workers.h"

namespace argosy {

class EngineCore {
  public:
    struct Parts {
        ModelRunner& runner;
        ModelRunner* draft = nullptr;  // with its KV allocated, as the runner
        int32_t kv_blocks = 0;
        int32_t draft_blocks = 0;
        const EngineOptions& options;
        const Tokenizer& tokenizer;
        EngineMetrics& metrics;
        std::vector<RequestId>& ended;  // gets the id of each request after its last event
        /// Called between the model's pass and sampling: the last moment at which a cancellation
        /// prevents the next token.
        std::function<void()> take_cancels;
    };
    explicit EngineCore(Parts parts);

    void Add(std::unique_ptr<ActiveRequest> request);
    void Cancel(RequestId id);
    void ExpireDeadlines(SteadyTime now);
    /// Ends everything with this error.
    void FailAll(const Error& error);
    void CancelAll();

    bool idle() const { return requests_.empty(); }
    /// Requests that have been scheduled at least once and not ended.
    int32_t started() const { return started_; }
    bool blocked() const { return scheduler_.blocked(); }
    /// One pass of the model. Not when idle.
    void Step();
    /// The KV contents are gone (sleep). Only when idle.
    void DropCache();
    /// Dies unless all blocks are accounted for. For tests.
    void CheckInvariants() const { scheduler_.CheckInvariants(); }

  private:
    struct Task {  // sampling of one choice
        ActiveChoice* choice = nullptr;
        int32_t drafts = 0;
        int32_t position = 0;
        std::span<float> rows;  // [1 + drafts][vocab]
        bool keep_rows = false;
        size_t first_mask = 0;  // where the choice has a grammar
        std::vector<TokenId> taken;
        std::optional<Error> error;
    };
    struct MaskTask {  // masks of 1 + drafts rows
        ActiveChoice* choice = nullptr;
        std::span<const TokenId> drafts;
        size_t first_mask = 0;
    };

    void ProposeDrafts();
    int32_t DraftRoom(const ActiveChoice& choice) const;
    void DropImpossibleDrafts(ActiveChoice& choice);
    void BuildSteps(const StepPlan& plan);
    void StartMasks(const StepPlan& plan);
    void MakeMasks(const MaskTask& task);
    Result<std::span<float>> Forward(const StepPlan& plan);
    void CollectTasks(const StepPlan& plan, std::span<float> logits);
    void AddTask(ActiveChoice& choice, const StepItem& item, std::span<float> rows, bool keep);
    void KeepPromptLogprobs(ActiveRequest& request, const StepItem& item, std::span<float> rows);
    void ForkChoices(ActiveRequest& request);
    void Sample(Task& task, SamplerScratch& scratch);
    void SettleTask(Task& task, SteadyTime now);
    void FinishPromptOnly(ActiveRequest& request);
    void SendNews(ActiveChoice& choice, SteadyTime now);
    void HoldNews(ActiveChoice& choice, GenerateEvent event);
    void SendRanked(ActiveRequest& request);
    void NoteTokens(ActiveChoice& choice, size_t tokens, SteadyTime now);
    void NoteStarted(const StepPlan& plan, SteadyTime now);
    void NoteStep(const StepPlan& plan);
    void Send(ActiveRequest& request, GenerateEvent event);
    void Close(ActiveRequest& request, FinishReason reason, std::optional<Error> error);
    void Retire(ActiveRequest& request);

    Parts parts_;
    BlockPool pool_;
    Scheduler scheduler_;
    StepWorkers workers_;
    std::unique_ptr<DraftModel> draft_model_;
    std::unordered_map<RequestId, std::unique_ptr<ActiveRequest>> requests_;
    std::vector<std::unique_ptr<ActiveRequest>> graveyard_;  // closed, perhaps still in the plan
    uint64_t next_sequence_ = 1;
    int32_t started_ = 0;
    size_t mask_words_;

    // Of the current step, kept for their memory.
    std::vector<SequenceStep> steps_;
    std::vector<TokenId> step_tokens_;
    std::vector<Task> tasks_;
    size_t task_count_ = 0;
    std::vector<MaskTask> mask_tasks_;
    std::vector<uint32_t> masks_;       // [row][mask_words_]
    std::vector<size_t> mask_of_item_;  // by plan item: its first mask
    std::vector<DraftTarget> draft_targets_;
    std::vector<SamplerScratch> scratch_;  // by worker
    StepWorkers::Piece mask_piece_, sample_piece_;
};

}  // namespace argosy
