// The sub-commands of `argosy`. Each Add function describes its options on the app and sets the
// callback that runs it; a callback reports failure by throwing argosy::Exception.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace argosy::cli {

/// Options that every command has.
struct Globals {
    std::string log_level = "info";
    std::string log_format = "text";
    std::string output = "text";  // "json": the answer for a program
    int exit_code = 0;            // set by a command that ran but whose answer is "no"

    bool json() const { return output == "json"; }
};

void AddUp(CLI::App& app, Globals& globals);
void AddGet(CLI::App& app, Globals& globals);
void AddDescribe(CLI::App& app, Globals& globals);
void AddLogs(CLI::App& app, Globals& globals);
void AddServe(CLI::App& app, Globals& globals);
void AddRun(CLI::App& app, Globals& globals);
void AddBench(CLI::App& app, Globals& globals);
void AddConvert(CLI::App& app, Globals& globals);
void AddMakeModel(CLI::App& app, Globals& globals);
void AddMakeShop(CLI::App& app, Globals& globals);
void AddTune(CLI::App& app, Globals& globals);
void AddIndex(CLI::App& app, Globals& globals);
void AddSearch(CLI::App& app, Globals& globals);
void AddEval(CLI::App& app, Globals& globals);
void AddValidate(CLI::App& app, Globals& globals);
void AddSchema(CLI::App& app, Globals& globals);
void AddInspect(CLI::App& app, Globals& globals);
void AddPull(CLI::App& app, Globals& globals);
void AddCompletion(CLI::App& app, Globals& globals);

/// Parses the command line and runs it. Returns the process' exit status: 0 done, 1 failed, 2 wrong
/// usage.
int Main(int argc, const char* const* argv);

}  // namespace argosy::cli
