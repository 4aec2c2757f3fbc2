// `argosy tune`: reads the options as every command does, and gives its process to argosy-train,
// the program that trains. So argosy stays free of libtorch.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <sstream>

#include "base/error.h"
#include "cli/commands.h"
#include "tune/tune_flags.h"

namespace argosy::cli {

namespace {

constexpr const char* kProgram = "argosy-train";

bool Runs(const std::filesystem::path& path) { return ::access(path.c_str(), X_OK) == 0; }

// Beside this program, or on PATH.
std::filesystem::path FindProgram() {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (!error && Runs(self.parent_path() / kProgram)) return self.parent_path() / kProgram;
    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (!folder.empty() && Runs(std::filesystem::path(folder) / kProgram)) {
            return std::filesystem::path(folder) / kProgram;
        }
    }
    throw Exception(
        {ErrorCode::kUnavailable,
         fmt::format(
             "{}, the part that trains, is neither beside argosy ({}) nor on PATH. It needs "
             "libtorch: install libtorch-dev and build the target {} "
             "(cmake --preset release && cmake --build --preset release --target {})",
             kProgram, self.parent_path().string(), kProgram, kProgram),
         {}});
}

// OpenBLAS has threads of its own beside libtorch's, and takes their number from the environment as
// it is loaded: beyond --threads they only wait for each other on a busy machine (seven times the
// time for a tiny model). What the user has set stays.
void LimitMatrixThreads(int threads) {
    if (threads > 0) ::setenv("OPENBLAS_NUM_THREADS", std::to_string(threads).c_str(), 0);
}

[[noreturn]] void Become(const std::filesystem::path& program, std::vector<std::string> arguments) {
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    ::execv(program.c_str(), argv.data());
    throw Exception({ErrorCode::kInternal,
                     fmt::format("{} cannot be run: {}", program.string(), std::strerror(errno)),
                     {}});
}

}  // namespace

void AddTune(CLI::App& app, Globals& globals) {
    CLI::App* command = app.add_subcommand("tune", tune::kTuneDescription);
    auto flags = std::make_shared<tune::TuneFlags>();
    tune::AddTuneFlags(*command, *flags);
    command->callback([command, flags, &globals] {
        std::vector<std::string> arguments = {kProgram, "--log-level=" + globals.log_level,
                                              "--log-format=" + globals.log_format,
                                              "--output=" + globals.output};
        for (std::string& argument : tune::SetArguments(*command)) {
            arguments.push_back(std::move(argument));
        }
        LimitMatrixThreads(flags->threads);
        Become(FindProgram(), std::move(arguments));
    });
}

}  // namespace argosy::cli
