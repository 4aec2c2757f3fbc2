#include "assistant/memory/resp.h"

#include <charconv>

namespace argosy::assistant {

namespace {

// Reads from the front of what has come so far. `need_more` is no error: the caller tries again
// with more bytes.
class ReplyReader {
  public:
    ReplyReader(std::string_view bytes, const RespLimits& limits)
        : bytes_(bytes), limits_(limits) {}

    /// False: more bytes are needed.
    Result<bool> Read(RespValue& value, size_t depth) {
        if (depth > limits_.max_depth) {
            return Err(ErrorCode::kResourceExhausted, "a Redis reply is nested too deeply");
        }
        std::string_view line;
        ARGOSY_TRY(const bool whole, Line(line));
        if (!whole) return false;
        if (line.empty()) return Err(ErrorCode::kCorrupt, "an empty line in a Redis reply");
        const char kind = line.front();
        line.remove_prefix(1);
        switch (kind) {
            case '+':
            case '-':
                value.kind = kind == '+' ? RespValue::Kind::kText : RespValue::Kind::kError;
                value.text = line;
                return true;
            case ':':
                value.kind = RespValue::Kind::kInteger;
                return Number(line, value.integer);
            case '$':
                return Bulk(line, value);
            case '*':
                return Array(line, value, depth);
            default:
                return Err(ErrorCode::kCorrupt, "a Redis reply begins with byte {}",
                           static_cast<unsigned>(static_cast<unsigned char>(kind)));
        }
    }
    size_t used() const { return at_; }

  private:
    // Up to CRLF; a simple line is short.
    Result<bool> Line(std::string_view& line) {
        const size_t end = bytes_.find('\r', at_);
        if (end == std::string_view::npos) {
            if (bytes_.size() - at_ > kMaxLine) {
                return Err(ErrorCode::kResourceExhausted, "a Redis reply's line is too long");
            }
            return false;
        }
        if (end + 1 >= bytes_.size()) return false;
        if (bytes_[end + 1] != '\n') return Err(ErrorCode::kCorrupt, "CR without LF from Redis");
        line = bytes_.substr(at_, end - at_);
        at_ = end + 2;
        return true;
    }

    static Result<bool> Number(std::string_view text, int64_t& out) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
        if (error == std::errc() && end == text.data() + text.size()) return true;
        return Err(ErrorCode::kCorrupt, "a bad number in a Redis reply");
    }

    Result<bool> Bulk(std::string_view line, RespValue& value) {
        int64_t size = 0;
        ARGOSY_CHECK_OK(Number(line, size));
        value.kind = size == -1 ? RespValue::Kind::kNull : RespValue::Kind::kBulk;
        if (size == -1) return true;
        if (size < 0) return Err(ErrorCode::kCorrupt, "a Redis reply of {} bytes", size);
        const auto count = static_cast<uint64_t>(size);
        if (count > limits_.max_bytes) {
            return Err(ErrorCode::kResourceExhausted, "a Redis reply of {} bytes", count);
        }
        if (bytes_.size() - at_ < count + 2) return false;
        value.text = bytes_.substr(at_, count);
        at_ += count;
        if (bytes_.substr(at_, 2) != "\r\n") {
            return Err(ErrorCode::kCorrupt, "a Redis text without its end");
        }
        at_ += 2;
        return true;
    }

    Result<bool> Array(std::string_view line, RespValue& value, size_t depth) {
        int64_t count = 0;
        ARGOSY_CHECK_OK(Number(line, count));
        value.kind = count == -1 ? RespValue::Kind::kNull : RespValue::Kind::kArray;
        if (count == -1) return true;
        if (count < 0) return Err(ErrorCode::kCorrupt, "a Redis reply of {} items", count);
        // Nothing is reserved: a large count without items costs nothing.
        for (int64_t i = 0; i < count; ++i) {
            RespValue item;
            ARGOSY_TRY(const bool whole, Read(item, depth + 1));
            if (!whole) return false;
            value.items.push_back(std::move(item));
        }
        return true;
    }

    static constexpr size_t kMaxLine = 64 << 10;
    std::string_view bytes_;
    const RespLimits& limits_;
    size_t at_ = 0;
};

void AppendBulk(std::string& out, std::string_view text) {
    fmt::format_to(std::back_inserter(out), "${}\r\n{}\r\n", text.size(), text);
}

}  // namespace

std::string EncodeCommand(std::span<const std::string> words) {
    std::string out = fmt::format("*{}\r\n", words.size());
    for (const std::string& word : words) AppendBulk(out, word);
    return out;
}

std::string EncodeReply(const RespValue& value) {
    std::string out;
    switch (value.kind) {
        case RespValue::Kind::kText:
            return "+" + value.text + "\r\n";
        case RespValue::Kind::kError:
            return "-" + value.text + "\r\n";
        case RespValue::Kind::kInteger:
            return fmt::format(":{}\r\n", value.integer);
        case RespValue::Kind::kNull:
            return "$-1\r\n";
        case RespValue::Kind::kBulk:
            AppendBulk(out, value.text);
            return out;
        case RespValue::Kind::kArray:
            out = fmt::format("*{}\r\n", value.items.size());
            for (const RespValue& item : value.items) out += EncodeReply(item);
            return out;
    }
    return out;
}

Result<size_t> ParseReply(std::string_view bytes, RespValue& value, const RespLimits& limits) {
    value = {};
    ReplyReader reader(bytes, limits);
    ARGOSY_TRY(const bool whole, reader.Read(value, 0));
    if (whole) return reader.used();
    if (bytes.size() > limits.max_bytes) {
        return Err(ErrorCode::kResourceExhausted, "a Redis reply passes {} bytes",
                   limits.max_bytes);
    }
    return size_t{0};
}

}  // namespace argosy::assistant
