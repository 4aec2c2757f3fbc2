// A declared application in one process: its parts, the one server in front of them, and what keeps
// both as the file says.
//
//     ARGOSY_TRY(auto app, LocalApp::Start(options, application, observer));
//     ... poll app->watch_fd(), app->FilesChanged(), app->Reload() ...
//     app->Drain(30s);
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "local/install_paths.h"
#include "local/status_board.h"
#include "net/http_server.h"
#include "resources/application.h"

namespace argosy::local {

struct LocalOptions {
    std::filesystem::path file;   // of the declaration
    std::filesystem::path state;  // folder, see state_dir.h
    ServerOptions http;           // its first address is the one that is told
    unsigned other_ports = 0;     // tried, one after another, where that address is in use
    InstallPaths paths = InstallPaths::OfThisProcess();
    bool offline = false;
    std::chrono::milliseconds retry_after{std::chrono::seconds(30)};
};

/// What happens, as it happens. Called from several threads, but one call at a time.
class Observer {
  public:
    virtual ~Observer() = default;
    /// Before all else: "http://127.0.0.1:8080".
    virtual void OnListening(const std::string& url) = 0;
    virtual void OnStatus(const ResourceStatus& status, bool progress) = 0;
    /// Nothing is left to start: all is Ready or Degraded.
    virtual void OnSettled(const std::vector<ResourceStatus>& all) = 0;
    /// The file was read again and is right; `unchanged`: it says what it said before.
    virtual void OnReload(bool unchanged) = 0;
    /// The file was read again and is wrong: what runs goes on.
    virtual void OnProblems(const resources::Problems& problems) = 0;
};

class LocalApp {
  public:
    /// Listens, and begins to start the resources. Errors: StateDir's, the server's.
    static Result<std::unique_ptr<LocalApp>> Start(LocalOptions options,
                                                   resources::Application application,
                                                   Observer& observer);
    ~LocalApp();
    LocalApp(const LocalApp&) = delete;
    LocalApp& operator=(const LocalApp&) = delete;

    /// Readable when a file that the application is made of has changed.
    int watch_fd() const;
    /// Reads again what changed: the declaration, sources of knowledge bases.
    void FilesChanged();
    /// Reads the declaration again, and starts again what failed.
    void Reload();
    /// Not ready from now on; waits for running requests. True: all ended by themselves.
    bool Drain(std::chrono::milliseconds deadline);

  private:
    class Impl;
    explicit LocalApp(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace argosy::local
