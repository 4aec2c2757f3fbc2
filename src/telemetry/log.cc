#include "telemetry/log.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>

namespace argosy::log {

namespace {

std::atomic<Level> g_level{Level::kInfo};
std::atomic<Format> g_format{Format::kText};

constexpr std::string_view kLevelNames[] = {"debug", "info", "warn", "error"};

std::string_view Name(Level level) { return kLevelNames[static_cast<int>(level)]; }

std::string Rfc3339(int64_t unix_millis) {
    const std::time_t seconds = static_cast<std::time_t>(unix_millis / 1000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                       utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                       unix_millis % 1000);
}

// JSON string escapes (RFC 8259); also keeps a text line one line, whatever a value holds.
void AppendQuoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20 || byte == 0x7F) {
            out += fmt::format("\\u{:04x}", byte);
        } else {
            out += c;
        }
    }
    out += '"';
}

bool IsBareWord(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == 0x7F || c == '"' || c == '=' || c == '\\') return false;
    }
    return true;
}

}  // namespace

void Configure(Level level, Format format) {
    g_level = level;
    g_format = format;
}

Result<Level> ParseLevel(std::string_view text) {
    for (int i = 0; i < 4; ++i) {
        if (text == kLevelNames[i]) return static_cast<Level>(i);
    }
    return Err(ErrorCode::kInvalidArgument,
               "unknown log level '{}': use debug, info, warn or error", text);
}

Result<Format> ParseFormat(std::string_view text) {
    if (text == "text") return Format::kText;
    if (text == "json") return Format::kJson;
    return Err(ErrorCode::kInvalidArgument, "unknown log format '{}': use text or json", text);
}

std::string FormatLine(Format format, Level level, int64_t unix_millis, std::string_view message,
                       std::initializer_list<Field> fields) {
    std::string line;
    if (format == Format::kJson) {
        line += R"({"time":")" + Rfc3339(unix_millis) + R"(","level":")" +
                std::string(Name(level)) + R"(","message":)";
        AppendQuoted(line, message);
        for (const Field& field : fields) {
            line += ',';
            AppendQuoted(line, field.key);
            line += ':';
            if (field.quoted) {
                AppendQuoted(line, field.value);
            } else {
                line += field.value;
            }
        }
        line += '}';
        return line;
    }
    line = fmt::format("{} {:5} {}", Rfc3339(unix_millis).substr(11, 12), Name(level), message);
    for (const Field& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        if (IsBareWord(field.value)) {
            line += field.value;
        } else {
            AppendQuoted(line, field.value);
        }
    }
    return line;
}

void Write(Level level, std::string_view message, std::initializer_list<Field> fields) {
    if (level < g_level.load(std::memory_order_relaxed)) return;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    std::string line = FormatLine(
        g_format, level, std::chrono::duration_cast<std::chrono::milliseconds>(now).count(),
        message, fields);
    line += '\n';
    // One write(2) a line keeps lines of several threads and processes whole.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace argosy::log
