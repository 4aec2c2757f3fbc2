#include "net/sse.h"

#include <charconv>

namespace argosy {

namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

void AppendSingleLine(std::string& out, std::string_view text) {
    for (char c : text) {
        if (c != '\r' && c != '\n' && c != '\0') out += c;
    }
}

}  // namespace

Result<void> SseParser::Feed(std::string_view bytes, std::vector<SseEvent>& events) {
    if (dead_) return Err(ErrorCode::kResourceExhausted, "the event stream was given up");
    while (bom_matched_ < kBom.size() && !bytes.empty()) {
        if (bytes[0] != kBom[bom_matched_]) {
            line_.assign(kBom.substr(0, bom_matched_));  // it was no BOM: the bytes are text
            bom_matched_ = kBom.size();
            break;
        }
        ++bom_matched_;
        bytes.remove_prefix(1);
    }
    while (!bytes.empty()) {
        if (after_cr_) {
            after_cr_ = false;
            if (bytes[0] == '\n') {
                bytes.remove_prefix(1);
                continue;
            }
        }
        const size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
        if (line_.size() + end + event_.data.size() > limit_) {
            dead_ = true;
            return Err(ErrorCode::kResourceExhausted, "an event of the stream passes {} bytes",
                       limit_);
        }
        line_.append(bytes.substr(0, end));
        if (end == bytes.size()) break;
        after_cr_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        Line(line_, events);
        line_.clear();
    }
    return {};
}

void SseParser::Line(std::string_view line, std::vector<SseEvent>& events) {
    if (line.empty()) return Dispatch(events);
    if (line[0] == ':') return;  // a comment
    const size_t colon = std::min(line.find(':'), line.size());
    const std::string_view field = line.substr(0, colon);
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "data") {
        if (has_data_) event_.data += '\n';
        event_.data += value;
        has_data_ = true;
    } else if (field == "event") {
        event_.event = value;
    } else if (field == "id") {
        if (value.find('\0') == std::string_view::npos) last_id_ = value;
    } else if (field == "retry") {
        int64_t millis = 0;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), millis);
        if (error == std::errc() && end == value.data() + value.size() && millis >= 0) {
            retry_ = std::chrono::milliseconds(millis);
        }
    }
}

void SseParser::Dispatch(std::vector<SseEvent>& events) {
    if (has_data_) {
        event_.id = last_id_;
        events.push_back(std::move(event_));
    }
    event_ = SseEvent{};
    has_data_ = false;
}

std::string FormatSse(std::string_view data, std::string_view event, std::string_view id) {
    std::string out;
    out.reserve(data.size() + event.size() + id.size() + 32);
    if (!event.empty()) {
        out += "event: ";
        AppendSingleLine(out, event);
        out += '\n';
    }
    if (!id.empty()) {
        out += "id: ";
        AppendSingleLine(out, id);
        out += '\n';
    }
    while (true) {
        const size_t end = std::min(data.find_first_of("\r\n"), data.size());
        out += "data: ";
        out += data.substr(0, end);
        out += '\n';
        if (end == data.size()) break;
        data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
    }
    out += '\n';
    return out;
}

std::string FormatSseComment(std::string_view text) {
    std::string out = ": ";
    AppendSingleLine(out, text);
    out += "\n\n";
    return out;
}

}  // namespace argosy
