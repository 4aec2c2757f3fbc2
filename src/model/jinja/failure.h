// How the interpreter gives up: one exception type, thrown anywhere below ChatTemplate and turned
// into an Error there. It ends the render, so an exception is the honest tool.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <utility>

#include "base/error.h"

namespace argosy::jinja {

/// Values nested deeper than this are refused: printing and freeing them recurses.
inline constexpr int kMaxValueDepth = 128;

/// Values of more items in all are refused (shared parts count each time): comparing, hashing and
/// printing walk them all.
inline constexpr size_t kMaxValueWeight = 1'000'000;

struct Failure {
    ErrorCode code = ErrorCode::kInvalidArgument;
    std::string message;
    int line = 0;  // 0: not known yet; the interpreter fills in the statement's
};

template <typename... Args>
[[noreturn]] void Fail(fmt::format_string<Args...> format, Args&&... args) {
    throw Failure{ErrorCode::kInvalidArgument, fmt::format(format, std::forward<Args>(args)...), 0};
}

template <typename... Args>
[[noreturn]] void FailLimit(fmt::format_string<Args...> format, Args&&... args) {
    throw Failure{ErrorCode::kResourceExhausted, fmt::format(format, std::forward<Args>(args)...),
                  0};
}

template <typename... Args>
[[noreturn]] void FailAt(int line, ErrorCode code, fmt::format_string<Args...> format,
                         Args&&... args) {
    throw Failure{code, fmt::format(format, std::forward<Args>(args)...), line};
}

}  // namespace argosy::jinja
