// One run of `argosy tune` from its options to its summary: data checked, base opened, scores
// before, training, export, scores after, everything logged.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "tune/tune_plan.h"
#include "tune/tune_summary.h"

namespace argosy::tune {

struct RunHooks {
    std::function<bool()> stop;                      // true: write a checkpoint and return
    std::function<void(const std::string&)> report;  // the data report, before anything is trained
};

/// `arguments`: those that the flags came from, for the command that resumes. Errors: whatever is
/// wrong with options, data (each bad row is named, nothing was started), base or disk; kCancelled
/// where it was stopped before there was a checkpoint.
Result<TuneSummary> RunTune(const TuneFlags& flags, const std::vector<std::string>& arguments,
                            const RunHooks& hooks);

}  // namespace argosy::tune
