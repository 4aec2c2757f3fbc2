// A streamed answer of an OpenAI-compatible server put together: chunks of /v1/chat/completions in,
// the reply out. Lenient to what servers leave out. Thread-compatible.
#pragma once

#include <string_view>

#include "assistant/chat_model.h"
#include "net/sse.h"

namespace argosy::assistant {

class ChatStreamReader {
  public:
    explicit ChatStreamReader(const TextSink& on_text) : on_text_(on_text) {}

    /// Body bytes, cut anywhere. False: the caller of Chat wants no more. kCorrupt for what is no
    /// such stream, or the error that the server tells in it.
    Result<bool> Feed(std::string_view bytes);
    /// Whether the server said that this was all.
    bool done() const { return done_; }
    ModelReply Take();

  private:
    Result<bool> Chunk(const json::object& chunk);
    bool Delta(const json::object& delta);
    void Calls(const json::array& calls);

    const TextSink& on_text_;
    SseParser parser_;
    ModelReply reply_;
    bool done_ = false;
};

}  // namespace argosy::assistant
