// Shell completion made from the app's own description, so that it can't fall behind it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace argosy::cli {

/// A script for `source <(argosy completion bash)`, or a zsh function file. kInvalidArgument for
/// another shell.
std::string CompletionScript(const CLI::App& app, const std::string& shell);

}  // namespace argosy::cli
