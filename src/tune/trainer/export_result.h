// Writes what was trained where the run's folder has it.
#pragma once

#include "train/trainer.h"
#include "tune/run_folder.h"
#include "tune/run_tracking.h"

namespace argosy::tune {

/// An adapter or the merged model. Adapters go to the logs as artefacts, a merged model only as
/// its path in the JSONL log: it may be large.
Result<std::filesystem::path> ExportResult(const train::Trainer& trainer, const TunePlan& plan,
                                           const RunFolder& folder, RunTracking& tracking);

/// A command that serves it.
std::string ServeCommand(const TunePlan& plan, const std::string& model,
                         const std::filesystem::path& result, const std::string& name);

}  // namespace argosy::tune
