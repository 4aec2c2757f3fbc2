// The one error type of Argosy. A message says what was wrong, where, and what would be right, for
// a person; the code says to a program what kind of failure it was.
#pragma once

#include <fmt/format.h>

#include <expected>
#include <stdexcept>
#include <string>
#include <utility>

namespace argosy {

enum class ErrorCode {
    kInvalidArgument,    // the caller's input is wrong; retrying the same is pointless
    kNotFound,           // a named thing does not exist
    kAlreadyExists,      // a thing of that name exists
    kUnauthenticated,    // no valid credential
    kPermissionDenied,   // a valid credential that may not do this
    kResourceExhausted,  // a limit is reached (queue, memory, rate); retry later may work
    kCancelled,          // the caller went away
    kDeadlineExceeded,   // a time limit passed
    kCorrupt,            // bytes from outside break their format
    kUnavailable,        // a peer cannot be reached, or is starting or draining
    kUnsupported,        // well-formed, but not something this build can do
    kInternal,           // a broken promise of our own
};

/// Lower-case name of a code as used in logs and JSON, e.g. "invalid_argument".
const char* ToString(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::kInternal;
    std::string message;
    std::string where;  // "file.gguf:tensor blk.0.attn_q.weight, offset 1234"; may be empty

    /// "where: message", or the message alone.
    std::string ToString() const;
};

template <typename T>
using Result = std::expected<T, Error>;

/// Makes an error with a formatted message: `return Err(ErrorCode::kCorrupt, "got {}", n);`
template <typename... Args>
std::unexpected<Error> Err(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
    return std::unexpected(Error{code, fmt::format(format, std::forward<Args>(args)...), {}});
}

/// Puts a place in front of an error that came from below.
inline std::unexpected<Error> At(std::string place, Error error) {
    error.where = error.where.empty() ? std::move(place) : place + ": " + error.where;
    return std::unexpected(std::move(error));
}

/// For what ends the request or the start of the process; caught at documented edges only.
class Exception : public std::runtime_error {
  public:
    explicit Exception(Error error)
        : std::runtime_error(error.ToString()), error_(std::move(error)) {}
    const Error& error() const { return error_; }

  private:
    Error error_;
};

/// The value, or throws the error as an Exception. For edges (main, tests).
template <typename T>
T OrThrow(Result<T> result) {
    if (!result) throw Exception(std::move(result.error()));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace argosy

/// Evaluates an expression that gives a Result<T>; returns its error from the current function, or
/// declares `var` with its value: `ARGOSY_TRY(auto file, OpenFile(path));`
#define ARGOSY_TRY(var, expr) ARGOSY_TRY_(ARGOSY_CAT_(argosy_try_, __LINE__), var, expr)
#define ARGOSY_TRY_(tmp, var, expr)                           \
    auto tmp = (expr);                                        \
    if (!tmp) return std::unexpected(std::move(tmp.error())); \
    var = std::move(*tmp)
/// The same for a Result<void>.
#define ARGOSY_CHECK_OK(expr)                                                   \
    do {                                                                        \
        auto argosy_ok_ = (expr);                                               \
        if (!argosy_ok_) return std::unexpected(std::move(argosy_ok_.error())); \
    } while (false)
#define ARGOSY_CAT_(a, b) ARGOSY_CAT2_(a, b)
#define ARGOSY_CAT2_(a, b) a##b
