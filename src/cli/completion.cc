#include "cli/completion.h"

#include <fmt/format.h>

#include <iostream>

#include "base/error.h"
#include "cli/commands.h"

namespace argosy::cli {

namespace {

std::vector<const CLI::App*> Commands(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string Flags(const CLI::App& app) {
    std::string words;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
    }
    return words;
}

std::string Bash(const CLI::App& app) {
    std::string names;
    std::string cases;
    for (const CLI::App* command : Commands(app)) {
        names += command->get_name() + " ";
        cases += fmt::format("        {}) words=\"{}\" ;;\n", command->get_name(), Flags(*command));
    }
    return fmt::format(R"(# bash completion for argosy: source <(argosy completion bash)
_argosy() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" words="{}{}" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "${{COMP_WORDS[i]}}" in
{}        *) continue ;;
        esac
        break
    done
    if [[ $current == -* || $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}}
complete -o filenames -F _argosy argosy
)",
                       names, Flags(app), cases);
}

// In _arguments and _describe a colon or bracket ends a description.
std::string ZshText(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == ':' || c == '[' || c == ']') {
            out += '\\';
            out += c;
        } else if (c == '\'') {
            out += "'\\''";
        } else if (c == '\n') {
            break;
        } else {
            out += c;
        }
    }
    return out;
}

std::string Zsh(const CLI::App& app) {
    std::string describe;
    std::string cases;
    for (const CLI::App* command : Commands(app)) {
        describe += fmt::format("        '{}:{}'\n", command->get_name(),
                                ZshText(command->get_description()));
        cases += fmt::format("        {})\n            _arguments", command->get_name());
        for (const CLI::Option* option : command->get_options()) {
            if (option->get_lnames().empty()) continue;
            cases += fmt::format(" \\\n                '--{}[{}]{}'", option->get_lnames().front(),
                                 ZshText(option->get_description()),
                                 option->get_items_expected_max() > 0 ? ":value:_files" : "");
        }
        cases += " \\\n                '*:file:_files' ;;\n";
    }
    return fmt::format(R"(#compdef argosy
# zsh completion for argosy: argosy completion zsh > "${{fpath[1]}}/_argosy"
_argosy() {{
    local -a commands
    commands=(
{}    )
    if ((CURRENT == 2)); then
        _describe command commands
        return
    fi
    local command=$words[2]
    shift words
    ((CURRENT--))
    case $command in
{}    esac
}}
compdef _argosy argosy
)",
                       describe, cases);
}

}  // namespace

std::string CompletionScript(const CLI::App& app, const std::string& shell) {
    if (shell == "bash") return Bash(app);
    if (shell == "zsh") return Zsh(app);
    throw Exception({ErrorCode::kInvalidArgument,
                     fmt::format("no completion for shell '{}': use bash or zsh", shell),
                     {}});
}

void AddCompletion(CLI::App& app, Globals&) {
    CLI::App* command = app.add_subcommand("completion", "Print a shell completion script");
    auto shell = std::make_shared<std::string>();
    command->add_option("shell", *shell, "bash or zsh")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh"}));
    command->footer("Example:\n  source <(argosy completion bash)");
    command->callback([&app, shell] { std::cout << CompletionScript(app, *shell); });
}

}  // namespace argosy::cli
