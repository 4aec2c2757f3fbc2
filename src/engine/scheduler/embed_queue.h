// Embedding and rerank requests waiting for the engine's thread, run in batches between steps of
// generation, so that neither holds up the other for long. Single-threaded.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "engine/engine.h"

namespace argosy {

class EmbedQueue {
  public:
    /// `ended` gets the id of each request once its sink was called.
    EmbedQueue(ModelRunner& runner, int32_t batch_tokens, std::vector<RequestId>& ended)
        : runner_(runner), batch_tokens_(batch_tokens), ended_(ended) {}

    void Add(RequestId id, EmbedRequest request, EmbedSink sink);
    /// False where the request is not here.
    bool Cancel(RequestId id);
    bool empty() const { return jobs_.empty(); }
    /// One batch: the next inputs of one kind, of one or more requests, of at most `batch_tokens`
    /// tokens in all but at least one input.
    void RunBatch();
    void FailAll(const Error& error);

  private:
    struct Job {
        RequestId id = 0;
        EmbedRequest request;
        EmbedSink sink;
        size_t next = 0;             // first input not yet run
        std::vector<float> results;  // of those before it
    };
    struct Part {  // of a batch: how many inputs of which job
        Job* job;
        size_t inputs;
    };

    std::vector<Part> ChooseBatch();
    Result<std::vector<float>> Run(std::span<const Part> parts);
    void End(Job& job, Result<std::vector<float>> result);

    ModelRunner& runner_;
    int32_t batch_tokens_;
    std::vector<RequestId>& ended_;
    std::deque<std::unique_ptr<Job>> jobs_;
};

}  // namespace argosy
