#include "cli/config_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace argosy::cli {

namespace {

[[noreturn]] void Fail(const YAML::Mark& mark, std::string message) {
    throw Exception(
        Error{ErrorCode::kInvalidArgument, std::move(message),
              fmt::format("--config file, line {}, column {}", mark.line + 1, mark.column + 1)});
}

std::string Scalar(const YAML::Node& node) {
    if (!node.IsScalar()) Fail(node.Mark(), "expected one value here");
    return node.Scalar();
}

const CLI::App* FindCommand(const CLI::App& app, const std::string& name) {
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_name() == name) return command;
    }
    return nullptr;
}

class YamlConfig : public CLI::Config {
  public:
    explicit YamlConfig(const CLI::App& root) : root_(root) {}

    std::string to_config(const CLI::App*, bool, bool, std::string) const override { return {}; }

    std::vector<CLI::ConfigItem> from_config(std::istream& in) const override {
        YAML::Node document;
        try {
            document = YAML::Load(in);
        } catch (const YAML::Exception& e) {
            Fail(e.mark, e.msg);
        }
        std::vector<CLI::ConfigItem> items;
        if (document.IsNull()) return items;
        if (!document.IsMap()) Fail(document.Mark(), "expected a map of options");
        for (const auto& entry : document) {
            const std::string key = Scalar(entry.first);
            const CLI::App* command = FindCommand(root_, key);
            if (command == nullptr) {
                Add(root_, {}, entry.first, entry.second, items);
                continue;
            }
            if (!entry.second.IsMap())
                Fail(entry.second.Mark(), "expected a map of options of " + key);
            // Options of commands that are not run are checked, not applied.
            for (const auto& option : entry.second) {
                std::vector<CLI::ConfigItem> found;
                Add(*command, {key}, option.first, option.second, found);
                if (command->parsed()) items.insert(items.end(), found.begin(), found.end());
            }
        }
        return items;
    }

  private:
    static void Add(const CLI::App& app, std::vector<std::string> parents, const YAML::Node& key,
                    const YAML::Node& value, std::vector<CLI::ConfigItem>& items) {
        const std::string name = Scalar(key);
        const CLI::Option* option = app.get_option_no_throw("--" + name);
        if (option == nullptr) {
            std::vector<std::string> known;
            for (const CLI::Option* each : app.get_options()) {
                if (!each->get_lnames().empty()) known.push_back(each->get_lnames().front());
            }
            const std::string nearest = NearestWord(name, known);
            Fail(key.Mark(),
                 fmt::format("unknown option '{}'{}", name,
                             nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
        }
        const std::string& env = option->get_envname();
        if (!env.empty() && std::getenv(env.c_str()) != nullptr) return;
        CLI::ConfigItem item;
        item.parents = std::move(parents);
        item.name = name;
        if (value.IsSequence()) {
            for (const auto& each : value) item.inputs.push_back(Scalar(each));
        } else {
            item.inputs.push_back(Scalar(value));
        }
        items.push_back(std::move(item));
    }

    const CLI::App& root_;
};

void NameEnvironment(CLI::App& app, const std::string& command) {
    for (CLI::Option* option : app.get_options()) {
        const auto& names = option->get_lnames();
        if (names.empty() || names.front() == "help" || names.front() == "version") continue;
        if (names.front() == "config") continue;  // read above
        option->envname(EnvironmentName(command, names.front()));
    }
}

}  // namespace

std::string EnvironmentName(const std::string& command, const std::string& option) {
    std::string name = "ARGOSY_" + (command.empty() ? "" : command + "_") + option;
    std::ranges::transform(name, name.begin(), [](unsigned char c) {
        return c == '-' ? '_' : static_cast<char>(std::toupper(c));
    });
    return name;
}

void UseConfiguration(CLI::App& app) {
    // CLI11 2.1 takes a configuration file from a flag or a default only.
    const char* env = std::getenv("ARGOSY_CONFIG");
    const std::string file = env == nullptr ? "" : env;
    app.set_config("--config", file,
                   "YAML file of options; a flag or environment variable wins over it",
                   !file.empty())
        ->type_name("FILE");
    app.config_formatter(std::make_shared<YamlConfig>(app));
    NameEnvironment(app, "");
    for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
        NameEnvironment(*command, command->get_name());
    }
}

}  // namespace argosy::cli
