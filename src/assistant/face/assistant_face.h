// Assistants over HTTP: their own routes, OpenAI's chat API under their names, and the two routes
// of the reference application.
//
//   GET    /v1/assistants                                 {"data": [{"id", "description", ...}]}
//   POST   /v1/assistants/{name}/messages                 {"message", "session_id"?, "user"?,
//                                                          "stream"?, "trace"?}
//   GET    /v1/assistants/{name}/sessions?user=           a user's sessions
//   DELETE /v1/assistants/{name}/sessions?user=           erases all that is kept of the user
//   GET    /v1/assistants/{name}/sessions/export?user=    all that is kept of the user
//   GET    /v1/assistants/{name}/sessions/{session}?user=
//   DELETE /v1/assistants/{name}/sessions/{session}?user=
//   POST   /v1/assistants/{name}/recommendations          {"profile", "viewed"?, "limit"?}
//   POST   /load_data {"url"}, POST /generate {"prompt", "session_id"?}
//
// The user is whoever the caller says: what stands in front (a gateway, an application's server)
// has to say the truth. A streamed message is the events "start" {"id", "session_id"}, "text"
// {"text"} and "done" (the whole answer) or "error".
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "assistant/chain/assistant.h"
#include "serve/api_server.h"

namespace argosy::assistant {

/// Loads what stands at a URL into the knowledge base; what it tells becomes the answer. Blocks.
using IngestFunction = std::function<Result<json::object>(const std::string& url)>;

struct FaceOptions {
    unsigned workers = 8;       // answers made at once
    size_t max_waiting = 256;   // further requests; beyond it 429
    std::string compatibility;  // the assistant behind /generate; empty: the first
    IngestFunction ingest;      // of /load_data; empty: 501
};

/// Thread-safe. Outlives the server that has its routes.
class AssistantFace {
  public:
    AssistantFace(std::vector<std::shared_ptr<const Assistant>> assistants, FaceOptions options);
    /// Ends the answers that are being made.
    ~AssistantFace();

    /// For serve::ApiContent.
    std::vector<serve::ExtraRoute> Routes();
    std::vector<serve::ExtraModel> Models();
    /// For a server of one's own, without keys; with /v1/chat/completions.
    void AddTo(Router& router);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace argosy::assistant
