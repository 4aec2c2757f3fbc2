// The options of commands that run a model: `serve`, `run` and `bench`.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "serve/model_host.h"

namespace argosy::cli {

struct EngineFlags {
    serve::HostOptions host;
    std::string kv_cache, memory_limit, chat_template_file;
    std::vector<std::string> adapters;  // name=path
};

/// Adds the options that all three commands have. `flags` outlives the app's parsing.
void AddEngineFlags(CLI::App& command, EngineFlags& flags);
/// Opens and loads, with a progress bar for downloads. Throws what ModelHost::Open gives, or
/// kInvalidArgument for a malformed option.
std::unique_ptr<serve::ModelHost> OpenHost(EngineFlags& flags);

}  // namespace argosy::cli
