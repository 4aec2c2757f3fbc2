#include "engine/scheduler/embed_queue.h"

#include <algorithm>
#include <exception>

namespace argosy {

void EmbedQueue::Add(RequestId id, EmbedRequest request, EmbedSink sink) {
    auto job = std::make_unique<Job>();
    job->id = id;
    job->request = std::move(request);
    job->sink = std::move(sink);
    jobs_.push_back(std::move(job));
}

bool EmbedQueue::Cancel(RequestId id) {
    auto job = std::ranges::find_if(jobs_, [&](auto& j) { return j->id == id; });
    if (job == jobs_.end()) return false;
    End(**job, Err(ErrorCode::kCancelled, "the request was cancelled"));
    jobs_.erase(job);
    return true;
}

void EmbedQueue::RunBatch() {
    std::vector<Part> parts = ChooseBatch();
    auto deliver = [&](std::span<const Part> done, Result<std::vector<float>> values) {
        size_t inputs = 0;
        for (const Part& part : done) inputs += part.inputs;
        size_t offset = 0;
        for (const Part& part : done) {
            if (!values) {
                End(*part.job, std::unexpected(values.error()));
                continue;
            }
            size_t count = values->size() / inputs * part.inputs;
            auto first = values->begin() + static_cast<ptrdiff_t>(offset);
            part.job->results.insert(part.job->results.end(), first,
                                     first + static_cast<ptrdiff_t>(count));
            offset += count;
            part.job->next += part.inputs;
            if (part.job->next == part.job->request.inputs.size()) {
                End(*part.job, std::move(part.job->results));
            }
        }
    };
    auto values = Run(parts);
    if (!values && parts.size() > 1) {  // one request's bad input must not fail its neighbours
        for (const Part& part : parts) deliver({&part, 1}, Run({&part, 1}));
    } else {
        deliver(parts, std::move(values));
    }
    std::erase_if(jobs_, [](auto& job) { return !job->sink; });
}

void EmbedQueue::FailAll(const Error& error) {
    for (auto& job : jobs_) End(*job, std::unexpected(error));
    jobs_.clear();
}

std::vector<EmbedQueue::Part> EmbedQueue::ChooseBatch() {
    std::vector<Part> parts;
    const EmbedRequest& kind = jobs_.front()->request;
    size_t left = static_cast<size_t>(batch_tokens_);
    bool any = false;
    for (auto& job : jobs_) {
        const EmbedRequest& request = job->request;
        if (request.scores != kind.scores || request.pooling != kind.pooling ||
            request.type_ids.empty() != kind.type_ids.empty()) {
            continue;
        }
        size_t end = job->next;
        while (end < request.inputs.size() && (!any || request.inputs[end].size() <= left)) {
            left -= std::min(left, request.inputs[end].size());
            any = true;
            ++end;
        }
        if (end > job->next) parts.push_back({job.get(), end - job->next});
        if (end < request.inputs.size()) break;
    }
    return parts;
}

Result<std::vector<float>> EmbedQueue::Run(std::span<const Part> parts) {
    std::vector<std::vector<TokenId>> inputs;
    std::vector<std::vector<int32_t>> types;
    for (const Part& part : parts) {
        const EmbedRequest& request = part.job->request;
        for (size_t i = part.job->next; i < part.job->next + part.inputs; ++i) {
            inputs.push_back(request.inputs[i]);
            if (!request.type_ids.empty()) types.push_back(request.type_ids[i]);
        }
    }
    const EmbedRequest& kind = parts.front().job->request;
    try {
        auto values =
            kind.scores ? runner_.Score(inputs, types) : runner_.Embed(inputs, types, kind.pooling);
        if (values && (values->empty() || values->size() % inputs.size() != 0)) {
            return Err(ErrorCode::kInternal, "the model gave {} values for {} inputs",
                       values->size(), inputs.size());
        }
        return values;
    } catch (const std::exception& exception) {
        return Err(ErrorCode::kInternal, "the model failed: {}", exception.what());
    }
}

void EmbedQueue::End(Job& job, Result<std::vector<float>> result) {
    if (!job.sink) return;
    std::exchange(job.sink, nullptr)(std::move(result));
    ended_.push_back(job.id);
}

}  // namespace argosy
