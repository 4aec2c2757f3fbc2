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

json::object KnowledgeStatus::ToJson() const {
    json::array list;
    for (const SourceStatus& source : sources) {
        list.push_back({{"uri", source.uri},
                        {"upload", source.upload},
                        {"state", ToString(source.state)},
                        {"documents", source.documents},
                        {"problems", retrieval::ToJson(source.problems)}});
    }
    return {{"name", name},
            {"documents", documents},
            {"chunks", chunks},
            {"embedding", embedding.empty() ? json::value() : json::value(embedding)},
            {"sources", std::move(list)},
            {"state", state},
            {"message", message}};
}

}  // namespace argosy::retrieval
