#include "retrieval/knowledge/knowledge_status.h"

namespace argosy::retrieval {

const char* ToString(SourceState state) {
    switch (state) {
        case SourceState::kNeverRead:
            return "waiting";
        case SourceState::kReading:
            return "reading";
        case SourceState::kReady:
            return "ready";
        case SourceState::kFailed:
            return "failed";
    }
    return "waiting";
}

namespace {

// As resources tell their state.
const char* ResourceState(SourceState state) {
    switch (state) {
        case SourceState::kReady:
            return "Ready";
        case SourceState::kFailed:
            return "Degraded";
        case SourceState::kNeverRead:
        case SourceState::kReading:
            break;
    }
    return "Progressing";
}

const char* ResourceState(const std::string& state) {
    if (state == "reading") return "Progressing";
    return state == "failed" || state == "stale" ? "Degraded" : "Ready";
}

}  // namespace

json::object KnowledgeStatus::ToJson() const {
    json::array list;
    for (const SourceStatus& source : sources) {
        list.push_back({{"uri", source.uri},
                        {"upload", source.upload},
                        {"state", ResourceState(source.state)},
                        {"reason", ToString(source.state)},
                        {"documents", source.documents},
                        {"problems", retrieval::ToJson(source.problems)}});
    }
    return {{"name", name},
            {"documents", documents},
            {"chunks", chunks},
            {"embedding", embedding.empty() ? json::value() : json::value(embedding)},
            {"sources", std::move(list)},
            {"state", ResourceState(state)},
            {"reason", state},
            {"message", message}};
}

}  // namespace argosy::retrieval
