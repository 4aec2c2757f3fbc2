#include "local/local_app.h"

#include <unistd.h>

#include <mutex>
#include <random>

#include "local/api_assembly.h"
#include "local/file_watch.h"
#include "local/knowledge_part.h"
#include "local/local_starter.h"
#include "local/resource_logs.h"
#include "local/state_dir.h"
#include "local/supervisor.h"
#include "retrieval/store/embedded_store.h"
#include "serve/api_server.h"

namespace argosy::local {

namespace {

namespace fs = std::filesystem;
using resources::Application;

int64_t UnixMillis() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// 256 bits of the system's randomness.
std::string NewKey() {
    std::random_device random;
    std::string key = "argosy-";
    for (int i = 0; i < 8; ++i) key += fmt::format("{:08x}", random());
    return key;
}

std::string UrlOf(const std::string& host, uint16_t port) {
    const bool any = host.empty() || host == "0.0.0.0" || host == "::";
    const std::string name = any ? "127.0.0.1" : host;
    const bool six = name.find(':') != std::string::npos;
    return fmt::format("http://{}{}{}:{}", six ? "[" : "", name, six ? "]" : "", port);
}

}  // namespace

class LocalApp::Impl {
  public:
    Impl(LocalOptions options, Observer& observer, StateDir state, FileWatch watch)
        : options_(std::move(options)),
          observer_(observer),
          state_(std::move(state)),
          logs_(state_.path()),
          watch_(std::move(watch)),
          board_(UnixMillis,
                 [this](const ResourceStatus& status, bool progress) { Tell(status, progress); }) {}
    ~Impl();

    Result<void> Begin(Application application);
    Result<void> Listen();
    void Publish(const Parts& parts);
    void Settled();
    void Tell(const ResourceStatus& status, bool progress);
    void Want(Application application);
    void FilesChanged();
    void Reload();
    ApiNeeds Needs() const;

    const LocalOptions options_;
    Observer& observer_;
    std::mutex observing_;  // held while the observer is called
    StateDir state_;
    ResourceLogs logs_;
    FileWatch watch_;
    StatusBoard board_;
    const std::string key_ = NewKey();
    HttpClient client_;
    Surroundings around_;
    std::string url_;
    std::map<fs::path, std::vector<std::string>> sources_;  // of the main thread
    Application declared_;                                  // of the main thread
    mutable std::mutex mutex_;
    Parts parts_;               // GUARDED_BY(mutex_)
    bool has_tenants_ = false;  // GUARDED_BY(mutex_)
    bool ready_ = false;        // GUARDED_BY(mutex_)
    std::unique_ptr<serve::ApiServer> server_;
    std::unique_ptr<LocalStarter> starter_;
    std::unique_ptr<Reconciler> reconciler_;
    std::unique_ptr<Supervisor> supervisor_;
};

LocalApp::Impl::~Impl() {
    if (supervisor_) supervisor_->Stop();
    // The server first: requests that still run refer to the parts.
    server_.reset();
    reconciler_.reset();
    parts_.clear();
}

ApiNeeds LocalApp::Impl::Needs() const {
    const std::scoped_lock lock(mutex_);
    return {&board_, key_, has_tenants_, ready_};
}

// Ports behind the wanted one are tried where that is in use and nobody asked for it by name.
Result<void> LocalApp::Impl::Listen() {
    ServerOptions http = options_.http;
    ListenAddress& address = http.listen.front();
    for (unsigned tried = 0;; ++tried, ++address.port) {
        serve::ApiOptions api;
        api.http = http;
        api.content = AssembleApi({}, Needs());
        server_ = std::make_unique<serve::ApiServer>(std::move(api));
        const auto started = server_->Start();
        if (started) break;
        if (started.error().code != ErrorCode::kUnavailable || tried >= options_.other_ports) {
            return std::unexpected(started.error());
        }
    }
    url_ = UrlOf(address.host, server_->port());
    return state_.Publish({::getpid(), url_, key_, options_.file.string()});
}

Result<void> LocalApp::Impl::Begin(Application application) {
    has_tenants_ = !application.tenants.empty();
    ARGOSY_CHECK_OK(Listen());
    observer_.OnListening(url_);
    ARGOSY_TRY(around_.store, retrieval::EmbeddedStore::Open(state_.path() / "knowledge"));
    around_.paths = options_.paths;
    around_.folder = options_.file.parent_path();
    around_.state = state_.path();
    around_.client = &client_;
    around_.offline = options_.offline;
    starter_ = std::make_unique<LocalStarter>(around_, board_);
    reconciler_ = std::make_unique<Reconciler>(*starter_, board_,
                                               [this](const Parts& parts) { Publish(parts); });
    supervisor_ =
        std::make_unique<Supervisor>(*reconciler_, options_.retry_after, [this] { Settled(); });
    Want(std::move(application));
    return {};
}

void LocalApp::Impl::Want(Application application) {
    sources_ = WatchedSources(application, around_);
    std::set<fs::path> files{options_.file};
    for (const auto& [file, names] : sources_) files.insert(file);
    watch_.Watch(files);
    declared_ = application;
    {
        const std::scoped_lock lock(mutex_);
        // At once: a door that is to be closed does not wait for the models behind it.
        has_tenants_ = !application.tenants.empty();
    }
    supervisor_->Want(std::move(application));
}

void LocalApp::Impl::Publish(const Parts& parts) {
    {
        const std::scoped_lock lock(mutex_);
        parts_ = parts;
    }
    server_->Replace(AssembleApi(parts, Needs()));
}

void LocalApp::Impl::Settled() {
    Parts parts;
    {
        const std::scoped_lock lock(mutex_);
        ready_ = true;
        parts = parts_;
    }
    server_->Replace(AssembleApi(parts, Needs()));
    const std::scoped_lock observing(observing_);
    observer_.OnSettled(board_.All());
}

void LocalApp::Impl::Tell(const ResourceStatus& status, bool progress) {
    if (!progress) logs_.Write(status);
    const std::scoped_lock observing(observing_);
    observer_.OnStatus(status, progress);
}

void LocalApp::Impl::Reload() {
    auto read = resources::LoadApplication(options_.file);
    {
        const std::scoped_lock observing(observing_);
        if (!read) return observer_.OnProblems(read.error());
        observer_.OnReload(*read == declared_);
    }
    Want(std::move(*read));
}

void LocalApp::Impl::FilesChanged() {
    const std::set<fs::path> changed = watch_.Changed();
    if (changed.contains(options_.file)) Reload();
    Parts parts;
    {
        const std::scoped_lock lock(mutex_);
        parts = parts_;
    }
    for (const fs::path& file : changed) {
        const auto names = sources_.find(file);
        if (names == sources_.end()) continue;
        for (const std::string& name : names->second) {
            const PartPtr part = FindPart(parts, resources::Kind::kKnowledgeBase, name);
            if (part) RefreshKnowledge(*part);
        }
    }
}

Result<std::unique_ptr<LocalApp>> LocalApp::Start(LocalOptions options, Application application,
                                                  Observer& observer) {
    options.file = fs::absolute(options.file).lexically_normal();
    ARGOSY_TRY(StateDir state, StateDir::Open(options.state));
    ARGOSY_TRY(FileWatch watch, FileWatch::Open());
    auto impl =
        std::make_unique<Impl>(std::move(options), observer, std::move(state), std::move(watch));
    ARGOSY_CHECK_OK(impl->Begin(std::move(application)));
    return std::unique_ptr<LocalApp>(new LocalApp(std::move(impl)));
}

LocalApp::LocalApp(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LocalApp::~LocalApp() = default;

int LocalApp::watch_fd() const { return impl_->watch_.fd(); }
void LocalApp::FilesChanged() { impl_->FilesChanged(); }
void LocalApp::Reload() { impl_->Reload(); }

bool LocalApp::Drain(std::chrono::milliseconds deadline) {
    impl_->supervisor_->Stop();
    return impl_->server_->Drain(deadline);
}

}  // namespace argosy::local
