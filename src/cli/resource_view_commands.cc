// `argosy get`, `describe` and `logs`: what the application that `argosy up` runs is doing.
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

#include "cli/commands.h"
#include "local/kind_name.h"
#include "local/resource_logs.h"
#include "local/resource_table.h"
#include "local/running_app.h"
#include "resources/yaml/writer.h"

namespace argosy::cli {

namespace {

struct ViewFlags {
    local::Which which;
    std::string what, output;
    bool follow = false;
};

int64_t UnixMillis() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// -o behind the command also takes yaml.
std::string OutputOf(const ViewFlags& flags, const Globals& globals) {
    return flags.output.empty() ? globals.output : flags.output;
}

bool Structured(const json::value& answer, const std::string& output) {
    if (output == "json") std::cout << json::serialize(answer) << "\n";
    if (output == "yaml") std::cout << resources::WriteYaml(answer);
    return output == "json" || output == "yaml";
}

std::string PathOf(const std::string& what) {
    if (what.empty()) return "/v1/resources";
    if (what.find('/') == std::string::npos) {
        return "/v1/resources/" + InfoOf(OrThrow(local::ParseKind(what))).plural;
    }
    const resources::ResourceId id = OrThrow(local::ParseResourceId(what));
    return "/v1/resources/" + InfoOf(id.kind).plural + "/" + id.name;
}

void Get(const ViewFlags& flags, const Globals& globals) {
    const std::string path = PathOf(flags.what);
    const auto app = OrThrow(local::RunningApp::Find(flags.which, ProcessEnvironment));
    const json::value answer = OrThrow(app.Get(path));
    if (Structured(answer, OutputOf(flags, globals))) return;
    const json::value* list = answer.as_object().if_contains("data");
    json::array one;
    if (list == nullptr) one.push_back(answer);
    std::cout << local::ResourceTable(list != nullptr ? list->as_array() : one, UnixMillis());
}

void Describe(const ViewFlags& flags, const Globals& globals) {
    (void)OrThrow(local::ParseResourceId(flags.what));
    const auto app = OrThrow(local::RunningApp::Find(flags.which, ProcessEnvironment));
    const json::value answer = OrThrow(app.Get(PathOf(flags.what)));
    if (Structured(answer, OutputOf(flags, globals))) return;
    std::cout << local::DescribeResource(answer.as_object(), UnixMillis());
}

ino_t FileNumber(const std::filesystem::path& path) {
    struct stat about{};
    return ::stat(path.c_str(), &about) == 0 ? about.st_ino : 0;
}

// Copies what is there; with `follow`, what comes, also into a file that takes this one's place.
void Copy(const std::filesystem::path& path, bool follow) {
    std::ifstream file(path, std::ios::binary);
    ino_t number = FileNumber(path);
    std::string line;
    while (true) {
        while (std::getline(file, line)) std::cout << line << "\n";
        std::cout << std::flush;
        if (!follow || !std::cout.good()) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        file.clear();
        if (const ino_t now = FileNumber(path); now != 0 && now != number) {
            file = std::ifstream(path, std::ios::binary);
            number = now;
        }
    }
}

void Logs(const ViewFlags& flags) {
    const resources::ResourceId id = OrThrow(local::ParseResourceId(flags.what));
    const auto state = OrThrow(local::FindState(flags.which, ProcessEnvironment, true));
    const auto path = local::LogFile(state, id);
    if (!std::filesystem::exists(path)) {
        throw Exception({ErrorCode::kNotFound,
                         fmt::format("{} has no log in {}; 'argosy get' lists what runs",
                                     id.ToString(), path.parent_path().string()),
                         {}});
    }
    Copy(path, flags.follow);
}

void AddWhich(CLI::App& command, ViewFlags& flags, const char* file = "-f,--file") {
    command.add_option("--state", flags.which.state,
                       "the state folder of the application; default: the one that runs");
    command.add_option(file, flags.which.file, "the application's file instead");
}

void AddOutput(CLI::App& command, ViewFlags& flags) {
    command.add_option("-o,--output", flags.output, "text (for a person), json or yaml")
        ->check(CLI::IsMember({"text", "json", "yaml"}));
}

}  // namespace

void AddGet(CLI::App& app, Globals& globals) {
    CLI::App* command = app.add_subcommand("get", "List the resources of the running application");
    auto flags = std::make_shared<ViewFlags>();
    command->add_option("what", flags->what,
                        "a kind (models, kb ...) or kind/name; without it, all");
    AddWhich(*command, *flags);
    AddOutput(*command, *flags);
    command->footer("Example:\n  argosy get\n  argosy get assistant/shop -o yaml");
    command->callback([flags, &globals] { Get(*flags, globals); });
}

void AddDescribe(CLI::App& app, Globals& globals) {
    CLI::App* command = app.add_subcommand(
        "describe", "Tell all about one resource: its state and why, what it is, what happened");
    auto flags = std::make_shared<ViewFlags>();
    command->add_option("what", flags->what, "kind/name")->required();
    AddWhich(*command, *flags);
    AddOutput(*command, *flags);
    command->footer("Example:\n  argosy describe knowledgebase/catalog");
    command->callback([flags, &globals] { Describe(*flags, globals); });
}

void AddLogs(CLI::App& app, Globals&) {
    CLI::App* command = app.add_subcommand(
        "logs", "What happened to one resource, also in earlier runs; the process need not run");
    auto flags = std::make_shared<ViewFlags>();
    command->add_option("what", flags->what, "kind/name")->required();
    command->add_flag("-f,--follow", flags->follow, "go on with what comes");
    AddWhich(*command, *flags, "--file");
    command->footer("Example:\n  argosy logs model/shop-chat -f");
    command->callback([flags] { Logs(*flags); });
}

}  // namespace argosy::cli
