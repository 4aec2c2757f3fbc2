// Starts resources for real, each kind by its own part.
#pragma once

#include "local/reconciler.h"
#include "local/surroundings.h"

namespace argosy::local {

class LocalStarter final : public Starter {
  public:
    /// The board outlives all parts: a knowledge base tells it of its refreshes.
    LocalStarter(Surroundings around, StatusBoard& board)
        : around_(std::move(around)), board_(board) {}

    Result<Started> Start(const ResourceId& id, const Application& application,
                          const Parts& running, const StartContext& context) override;

  private:
    std::function<void(const Result<Started>&)> Telling(const ResourceId& id);

    const Surroundings around_;
    StatusBoard& board_;
};

/// The files of this machine that the application's knowledge bases read and that are to be read
/// again when they change: those of knowledge bases without a refresh of their own.
std::map<std::filesystem::path, std::vector<std::string>> WatchedSources(
    const Application& application, const Surroundings& around);

}  // namespace argosy::local
