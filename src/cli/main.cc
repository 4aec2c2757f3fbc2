#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/config_file.h"
#include "cli/version.h"
#include "telemetry/log.h"

namespace argosy::cli {

namespace {

void AddGlobals(CLI::App& app, Globals& globals) {
    app.add_option("--log-level", globals.log_level, "debug, info, warn or error")
        ->capture_default_str();
    app.add_option("--log-format", globals.log_format, "text (for a person) or json")
        ->capture_default_str();
    app.add_option("-o,--output", globals.output, "text (for a person) or json (for a program)")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    app.set_version_flag("--version", kVersionText, "Print the version and exit");
}

void Report(const Globals& globals, const Error& error) {
    if (globals.json()) {
        std::cout << json::serialize(json::object{
                         {"error",
                          {{"code", ToString(error.code)}, {"message", error.ToString()}}}})
                  << "\n";
    }
    std::cerr << "argosy: " << error.ToString() << "\n";
}

// CLI11 only says that an argument was not expected; a person wants to hear which one was meant.
std::string Suggestion(const CLI::App& app, int argc, const char* const* argv) {
    if (argc < 2) return {};
    std::vector<std::string> known;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        known.push_back(command->get_name());
        if (command->get_name() == argv[1]) return {};
    }
    const std::string nearest = NearestWord(argv[1], known);
    return nearest.empty() ? "" : "\nDid you mean 'argosy " + nearest + "'?";
}

int Parse(CLI::App& app, Globals& globals, int argc, const char* const* argv) {
    try {
        app.parse(argc, argv);
        return globals.exit_code;
    } catch (const CLI::Success& e) {
        return app.exit(e);
    } catch (const CLI::ParseError& e) {
        app.exit(e, std::cout, std::cerr);
        const std::string suggestion = Suggestion(app, argc, argv);
        if (!suggestion.empty()) std::cerr << suggestion.substr(1) << "\n";
        return 2;
    } catch (const Exception& e) {
        Report(globals, e.error());
    } catch (const std::bad_alloc&) {
        Report(globals, {ErrorCode::kResourceExhausted, "out of memory", {}});
    } catch (const std::exception& e) {
        Report(globals, {ErrorCode::kInternal, e.what(), {}});
    }
    return 1;
}

}  // namespace

int Main(int argc, const char* const* argv) {
    std::signal(SIGPIPE, SIG_IGN);
    Globals globals;
    CLI::App app("Argosy builds, runs, scales, observes and prices generative-AI applications.",
                 "argosy");
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(
        "Example:\n  argosy inspect ./model.gguf\n\n"
        "Each option can be set in the environment (ARGOSY_<COMMAND>_<OPTION>) or in a YAML\n"
        "file (--config); a flag wins over the environment, the environment over the file.");
    AddGlobals(app, globals);
    AddUp(app, globals);
    AddGet(app, globals);
    AddDescribe(app, globals);
    AddLogs(app, globals);
    AddServe(app, globals);
    AddRun(app, globals);
    AddBench(app, globals);
    AddConvert(app, globals);
    AddMakeModel(app, globals);
    AddMakeShop(app, globals);
    AddTune(app, globals);
    AddIndex(app, globals);
    AddSearch(app, globals);
    AddEval(app, globals);
    AddValidate(app, globals);
    AddSchema(app, globals);
    AddInspect(app, globals);
    AddPull(app, globals);
    AddCompletion(app, globals);
    UseConfiguration(app);
    app.parse_complete_callback([&globals] {
        log::Configure(OrThrow(log::ParseLevel(globals.log_level)),
                       OrThrow(log::ParseFormat(globals.log_format)));
    });
    return Parse(app, globals, argc, argv);
}

}  // namespace argosy::cli
