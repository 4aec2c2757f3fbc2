// Options from a YAML file and from the environment, under one rule: a flag wins over the
// environment, the environment over the file, the file over the default.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace argosy::cli {

/// "ARGOSY_SERVE_API_KEY_FILE" for option "--api-key-file" of command "serve"; global options have
/// no command part.
std::string EnvironmentName(const std::string& command, const std::string& option);

/// Gives every option of the app and its sub-commands its environment name, and the app a --config
/// option that reads YAML:
///   log-level: debug
///   serve: {port: 9000, model: ./a.gguf}
/// An unknown key ends the start with its line and the nearest option of that name.
void UseConfiguration(CLI::App& app);

}  // namespace argosy::cli
