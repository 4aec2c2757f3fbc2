// `argosy up`: a declared application in this process.
#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "cli/commands.h"
#include "cli/up_view.h"
#include "local/install_paths.h"
#include "local/local_app.h"

namespace argosy::cli {

namespace {

namespace fs = std::filesystem;

struct UpFlags {
    std::string file, state, host = "127.0.0.1";
    int port = -1;
    int drain_seconds = 30;
    bool offline = false;
};

constexpr uint16_t kPort = 8080;
constexpr unsigned kOtherPorts = 9;
// Editors write in several steps; the file is read once they are done.
constexpr int kSettleMillis = 100;

// Blocked before any thread starts, so that no other thread gets them.
sigset_t BlockSignals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
}

// Runs until SIGINT or SIGTERM; SIGHUP and changes of files reload.
void Follow(local::LocalApp& app, const sigset_t& signals) {
    const int signal_fd = ::signalfd(-1, &signals, SFD_CLOEXEC);
    if (signal_fd < 0) {
        throw Exception({ErrorCode::kInternal, "cannot wait for signals", {}});
    }
    bool changed = false;
    while (true) {
        pollfd waits[] = {{signal_fd, POLLIN, 0}, {app.watch_fd(), POLLIN, 0}};
        // After a change its other steps are waited for, without a look at the folder.
        const int ready = ::poll(waits, changed ? 1 : 2, changed ? kSettleMillis : -1);
        if (ready > 0 && (waits[0].revents & POLLIN) != 0) {
            signalfd_siginfo info{};
            if (::read(signal_fd, &info, sizeof info) != sizeof info) continue;
            if (info.ssi_signo != SIGHUP) break;
            app.Reload();
        } else if (changed) {
            changed = false;
            app.FilesChanged();
        } else if (ready > 0) {
            changed = true;
        }
    }
    ::close(signal_fd);
}

local::LocalOptions OptionsOf(const UpFlags& flags, const fs::path& file) {
    local::LocalOptions options;
    options.file = file;
    options.state = flags.state.empty() ? OrThrow(local::StateRoot(ProcessEnvironment)) /
                                              local::ApplicationName(file)
                                        : fs::path(flags.state);
    const bool any_port = flags.port < 0;
    options.http.listen = {{flags.host, any_port ? kPort : static_cast<uint16_t>(flags.port)}};
    options.other_ports = any_port ? kOtherPorts : 0;
    options.http.threads = 2;  // the models need the cores more
    options.http.extra_headers = {{"Server", "argosy"}};
    options.offline = flags.offline;
    return options;
}

// Problems of the first reading end the command; those of later ones do not.
resources::Application Load(const fs::path& file, Globals& globals) {
    auto read = resources::LoadApplication(file);
    if (read) return std::move(*read);
    if (globals.json()) {
        json::array list;
        for (const resources::Problem& problem : read.error()) list.push_back(problem.ToJson());
        std::cout << json::serialize(json::object{{"event", "problems"}, {"problems", list}})
                  << std::endl;
    }
    throw Exception(resources::ToError(read.error()));
}

bool ShowsColor() {
    const char* no_color = std::getenv("NO_COLOR");
    return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

void Up(const UpFlags& flags, Globals& globals) {
    const sigset_t signals = BlockSignals();
    fs::path file = flags.file;
    std::string origin;
    if (file.empty()) {
        auto example = OrThrow(local::InstallPaths::OfThisProcess().ShopExample());
        file = std::move(example.file);
        origin = std::move(example.origin);
    }
    const resources::Application application = Load(file, globals);
    const local::LocalOptions options = OptionsOf(flags, file);
    UpView view(globals.json(), ShowsColor());
    view.Begin(file.string(), origin, options.state.string(), application);
    const auto app = OrThrow(local::LocalApp::Start(options, application, view));
    Follow(*app, signals);
    const std::chrono::seconds drain(flags.drain_seconds);
    view.Stopping(drain);
    // A second signal ends the process the usual way.
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    view.Stopped(app->Drain(drain));
}

}  // namespace

void AddUp(CLI::App& app, Globals& globals) {
    CLI::App* command = app.add_subcommand(
        "up", "Run a declared application on this machine: models, knowledge, assistants, console");
    auto flags = std::make_shared<UpFlags>();
    command->add_option("-f,--file", flags->file,
                        "YAML of the application; without it, the example shop that comes with "
                        "argosy");
    command->add_option("--state", flags->state,
                        "folder of conversations, indexes and logs; default: "
                        "~/.local/state/argosy/<application>");
    command->add_option("--host", flags->host, "address to listen at; 0.0.0.0: every one")
        ->capture_default_str();
    command
        ->add_option("--port", flags->port,
                     "0: the kernel chooses; default: 8080, or the next that is free")
        ->check(CLI::Range(0, 65535));
    command
        ->add_option("--drain", flags->drain_seconds,
                     "seconds that running requests get at the end")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    command->add_flag("--offline", flags->offline, "fetch no model that is not cached");
    command->footer(
        "Example:\n  argosy up\n  argosy up -f app.yaml --port 8080\n"
        "Afterwards, in another terminal:\n  argosy get\n  argosy describe assistant/shop");
    command->callback([flags, &globals] { Up(*flags, globals); });
}

}  // namespace argosy::cli
