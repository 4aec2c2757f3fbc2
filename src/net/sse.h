// Server-sent events (WHATWG HTML, section 9.2): an incremental, bounded parser for clients and a
// serializer for servers. Thread-compatible.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace argosy {

struct SseEvent {
    std::string event;  // empty means "message"
    std::string data;   // lines joined by '\n'
    std::string id;     // the last id that the stream gave

    bool operator==(const SseEvent&) const = default;
};

class SseParser {
  public:
    /// `max_event_bytes` bounds one line and the data of one event.
    explicit SseParser(size_t max_event_bytes = 16 << 20) : limit_(max_event_bytes) {}

    /// Feeds bytes cut anywhere; appends the events that they complete. kResourceExhausted when an
    /// event passes the limit; the parser is dead after that.
    Result<void> Feed(std::string_view bytes, std::vector<SseEvent>& events);
    /// The last `retry:` the stream gave.
    std::optional<std::chrono::milliseconds> retry() const { return retry_; }

  private:
    void Line(std::string_view line, std::vector<SseEvent>& events);
    void Dispatch(std::vector<SseEvent>& events);

    size_t limit_;
    std::string line_;        // the unfinished line
    bool after_cr_ = false;   // an LF next belongs to the CR before
    size_t bom_matched_ = 0;  // bytes of a leading U+FEFF seen; 3 once past it
    bool has_data_ = false;
    bool dead_ = false;
    SseEvent event_;
    std::string last_id_;
    std::optional<std::chrono::milliseconds> retry_;
};

/// "data: ...\n\n" with one data line per line of `data`; CR and CRLF count as line ends. `event`
/// and `id` are left out where empty; line breaks in them are dropped.
std::string FormatSse(std::string_view data, std::string_view event = {}, std::string_view id = {});
/// ": text\n\n": keeps proxies from closing a quiet stream.
std::string FormatSseComment(std::string_view text);

}  // namespace argosy
