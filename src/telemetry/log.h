// Structured logs: one line an event, text for a person or JSON for a machine. Values of fields
// that look like secrets never reach a line, because callers pass only what they name.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace argosy::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kText, kJson };

/// A named value of an event: {"port", 8080}, {"model", name}.
struct Field {
    template <typename T>
    Field(std::string_view key, const T& value)
        : key(key), value(fmt::format("{}", value)), quoted(!std::is_arithmetic_v<T>) {}
    std::string_view key;
    std::string value;
    bool quoted;
};

/// Lines go to standard error, so that standard output stays a command's answer. Call before
/// threads start.
void Configure(Level level, Format format);
/// "debug", "info", "warn", "error" / "text", "json"; kInvalidArgument lists what is known.
Result<Level> ParseLevel(std::string_view text);
Result<Format> ParseFormat(std::string_view text);

/// Thread-safe. The message is constant text; what varies goes into fields.
void Write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void Debug(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(Level::kDebug, message, fields);
}
inline void Info(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(Level::kInfo, message, fields);
}
inline void Warn(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(Level::kWarn, message, fields);
}
inline void Error(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(Level::kError, message, fields);
}

/// One line without its newline, as Write would print it. `unix_millis` is the event's time.
std::string FormatLine(Format format, Level level, int64_t unix_millis, std::string_view message,
                       std::initializer_list<Field> fields);

}  // namespace argosy::log
