// POST /v1/responses: items in, as OpenAI's Responses API has them, turned into chat messages.
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>

#include "serve/chat_call.h"

namespace argosy::serve {

struct ResponsesRequest {
    ChatCall call;
    bool stream = false;
    bool store = true;
    std::string previous_id;
    json::value instructions = nullptr;
    json::value metadata;
    json::value tools;        // as sent, for the answer
    json::value tool_choice;  // as sent
    json::value text_format;  // as sent
};

/// A kept response: what a later one with previous_response_id goes on from.
struct StoredResponse {
    json::object response;
    json::array messages;  // of the chat so far, its answer included, without instructions
};

/// Responses by id, bounded in number and bytes; the oldest go first. Thread-safe.
class ResponseStore {
  public:
    void Put(std::string id, StoredResponse response);
    std::optional<StoredResponse> Get(const std::string& id) const;
    bool Delete(const std::string& id);

  private:
    struct Entry {
        std::string id;
        StoredResponse response;
        size_t bytes = 0;
    };
    static constexpr size_t kMaxEntries = 4096;
    static constexpr size_t kMaxBytes = 64 << 20;

    mutable std::mutex mutex_;
    std::list<Entry> entries_;  // GUARDED_BY(mutex_), oldest first
    size_t bytes_ = 0;          // GUARDED_BY(mutex_)
};

ApiResult<ResponsesRequest> ParseResponses(const ModelHost& host, GrammarCache& cache,
                                           const ResponseStore& store, const json::object& body);

}  // namespace argosy::serve
