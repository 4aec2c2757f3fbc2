// `argosy validate` and `argosy schema`: declarations checked, and what their descriptions make.
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/durable_file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "resources/application.h"
#include "resources/graph.h"
#include "resources/schemas.h"

namespace argosy::cli {

namespace {

using resources::Application;
using resources::Problem;
using resources::Problems;
using resources::ResourceId;

struct ValidateArgs {
    std::string file;
    bool print = false;
    bool defaults = false;
};

void TellProblems(const Problems& problems, Globals& globals) {
    globals.exit_code = 1;
    json::array list;
    for (const Problem& problem : problems) {
        if (globals.json()) {
            list.push_back(problem.ToJson());
        } else {
            std::cerr << problem.ToString() << "\n";
        }
    }
    if (globals.json()) {
        std::cout << json::serialize(json::object{{"valid", false}, {"problems", std::move(list)}})
                  << "\n";
    } else {
        std::cerr << fmt::format("{} problem{}\n", problems.size(),
                                 problems.size() == 1 ? "" : "s");
    }
}

json::array InJson(const Application& application, resources::WriteOptions options) {
    json::array list;
    ForEachResource(application,
                    [&](const auto& resource) { list.push_back(ToJson(resource, options)); });
    return list;
}

void TellApplication(const Application& application, const ValidateArgs& args,
                     const Globals& globals) {
    const resources::WriteOptions options{.defaults = args.defaults};
    const std::vector<ResourceId> order = StartOrder(application);
    if (globals.json()) {
        json::array names;
        for (const ResourceId& id : order) names.push_back(json::string(id.ToString()));
        json::object answer{{"valid", true}, {"problems", json::array()}, {"order", names}};
        if (args.print) answer["resources"] = InJson(application, options);
        std::cout << json::serialize(answer) << "\n";
        return;
    }
    if (args.print) {
        std::cout << ToYaml(application, options);
        return;
    }
    std::cout << args.file << ": good. In the order of their start:\n";
    for (const ResourceId& id : order) std::cout << "  " << id.ToString() << "\n";
    for (const std::string& other : application.others) {
        std::cout << fmt::format("  {} (of another API: only a cluster reads it)\n", other);
    }
}

struct SchemaArgs {
    std::string kind;
    std::string crd_folder;
    std::string docs_file;
};

resources::Kind KindNamed(const std::string& name) {
    if (const resources::KindInfo* info = resources::FindKind(name)) return info->kind;
    std::vector<std::string> names;
    for (const resources::KindInfo& info : resources::Kinds()) names.push_back(info.name);
    const std::string nearest = NearestWord(name, names);
    throw Exception(
        {ErrorCode::kInvalidArgument,
         fmt::format("there is no kind '{}'; {}", name,
                     nearest.empty() ? fmt::format("there are {}", fmt::join(names, ", "))
                                     : "did you mean '" + nearest + "'?"),
         {}});
}

void Write(const std::filesystem::path& path, const std::string& text) {
    OrThrow(WriteFileDurably(path, text));
    std::cout << path.string() << "\n";
}

void RunSchema(const SchemaArgs& args) {
    if (!args.crd_folder.empty()) {
        std::filesystem::create_directories(args.crd_folder);
        for (const resources::KindInfo& info : resources::Kinds()) {
            if (!args.kind.empty() && KindNamed(args.kind) != info.kind) continue;
            Write(std::filesystem::path(args.crd_folder) / resources::CrdFileName(info.kind),
                  resources::CrdFile(info.kind));
        }
    }
    if (!args.docs_file.empty()) Write(args.docs_file, resources::ReferencePage());
    if (!args.crd_folder.empty() || !args.docs_file.empty()) return;
    std::cout << json::serialize(args.kind.empty() ? resources::JsonSchema()
                                                   : resources::JsonSchema(KindNamed(args.kind)))
              << "\n";
}

}  // namespace

void AddValidate(CLI::App& app, Globals& globals) {
    CLI::App* command = app.add_subcommand(
        "validate", "Check a declared application and tell every mistake with its line");
    auto args = std::make_shared<ValidateArgs>();
    args->file = "app.yaml";
    command->add_option("-f,--file", args->file, "YAML of one or more resources")
        ->capture_default_str();
    command->add_flag("--print", args->print, "print the resources, in one form");
    command->add_flag("--defaults", args->defaults, "with --print: also what is the default");
    command->footer("Example:\n  argosy validate -f examples/shop/app.yaml --print --defaults");
    command->callback([args, &globals] {
        const auto application = resources::LoadApplication(args->file);
        if (application) {
            TellApplication(*application, *args, globals);
        } else {
            TellProblems(application.error(), globals);
        }
    });
}

void AddSchema(CLI::App& app, Globals&) {
    CLI::App* command = app.add_subcommand(
        "schema", "The JSON Schema of resources for editors; CRDs for Kubernetes; their reference");
    auto args = std::make_shared<SchemaArgs>();
    command->add_option("kind", args->kind, "Model, KnowledgeBase ...; without it, all");
    command->add_option("--crd", args->crd_folder,
                        "write CustomResourceDefinitions to this folder");
    command->add_option("--docs", args->docs_file, "write the reference page to this file");
    command->footer(
        "Example:\n  argosy schema > argosy.schema.json\n  argosy schema Model --crd deploy/crds");
    command->callback([args] { RunSchema(*args); });
}

}  // namespace argosy::cli
