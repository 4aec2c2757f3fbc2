// Runs a program that reads what may be hostile, within bounds: its memory, time and files are
// limited by the kernel, its environment is empty, it inherits nothing but its three streams, and
// it dies with this process's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace argosy::retrieval {

struct SubprocessOptions {
    std::string program;                 // a path
    std::vector<std::string> arguments;  // without the program's name
    int input = -1;                      // becomes its standard input
    std::chrono::milliseconds time{60'000};
    uint64_t memory_bytes = uint64_t{1} << 30;
};

struct SubprocessEnd {
    int exit_code = 0;  // of a program that ended by itself
    int signal = 0;     // that ended it, else 0
    bool cancelled = false;
    std::string errors;  // the first of what it wrote to standard error
};

/// Blocks until the program has ended. `on_output` gets what it writes, as it comes; false kills
/// it. Errors: kDeadlineExceeded (it is killed), kInternal where it cannot be started.
Result<SubprocessEnd> RunSubprocess(const SubprocessOptions& options,
                                    const std::function<bool(std::string_view)>& on_output);

/// The path of a program, looked up in `path` (as PATH has it) unless it is one already; empty
/// where there is none that may be run.
std::string FindProgram(const std::string& name, const std::string& path);

}  // namespace argosy::retrieval
