// Makes what runs match what is declared, a resource at a time, in the order of their needs. What
// cannot start is told and tried again; the rest runs.
#pragma once

#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "local/part.h"
#include "local/start_plan.h"
#include "local/status_board.h"

namespace argosy::local {

/// A resource that started.
struct Started {
    PartPtr part;
    std::string message;                // "300 documents, 300 passages"
    std::vector<std::string> warnings;  // what was declared and cannot be done here
    json::object details{};
};

/// What a start may tell and ask meanwhile.
struct StartContext {
    std::function<void(const std::string& message)> progress;
    std::stop_token stop;
};

/// How resources start: for real, or as tests want it.
class Starter {
  public:
    virtual ~Starter() = default;
    /// Blocks. `running` has what the resource needs; a need that is not there is an error.
    virtual Result<Started> Start(const ResourceId& id, const Application& application,
                                  const Parts& running, const StartContext& context) = 0;
};

/// Single-strand but for what the board is.
class Reconciler {
  public:
    /// `publish` gets what runs after each change. Starter and board outlive the reconciler.
    Reconciler(Starter& starter, StatusBoard& board, std::function<void(const Parts&)> publish)
        : starter_(starter), board_(board), publish_(std::move(publish)) {}

    /// Blocks until all have started or failed. What was replaced runs on until nobody uses it.
    void Apply(Application wanted, std::stop_token stop);
    /// Starts again what failed.
    void Retry(std::stop_token stop) { Apply(application_, std::move(stop)); }
    /// Whether trying again may help: something failed that is not the declaration's fault.
    bool MayHelpToRetry() const { return !retryable_.empty(); }
    /// Ends all, those that need others first.
    void StopAll();

    const Application& application() const { return application_; }

  private:
    void Stop(const ResourceId& id);
    void StartOne(const ResourceId& id, std::stop_token stop);
    void Fail(const ResourceId& id, const Error& error);
    bool NeedsMissing(const ResourceId& id);

    Starter& starter_;
    StatusBoard& board_;
    const std::function<void(const Parts&)> publish_;
    Application application_;
    Parts parts_;
    std::set<ResourceId> failed_;
    std::set<ResourceId> retryable_;  // of the failed
};

}  // namespace argosy::local
