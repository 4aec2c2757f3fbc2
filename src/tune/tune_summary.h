// What came out of a run, for a person and for a program (<out>/summary.json).
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "tune/data_report.h"
#include "tune/exact_answers.h"

namespace argosy::tune {

/// An evaluation on the rows kept for it; parts that were not asked for are absent.
struct Scores {
    std::optional<double> loss;
    std::optional<AnswerRate> answers;

    json::object ToJson() const;
    static Scores FromJson(const json::object& object);
};

enum class Outcome { kChecked, kDone, kEarly, kStopped };
/// "checked" (--dry-run), "done", "early", "stopped".
const char* ToString(Outcome outcome);

struct TuneSummary {
    Outcome outcome = Outcome::kChecked;
    std::string run_name, task, method;
    DataReport data;
    int64_t trained_parameters = 0, steps = 0;
    double last_loss = 0, tokens_per_second = 0, seconds = 0;
    Scores before, after;
    std::string result;         // the adapter or model
    std::string serve;          // a command that serves it
    std::string resume;         // a command that goes on, where it was stopped
    std::string curve;          // of the loss, as a line
    std::string mlflow_run_id;  // empty: none
    size_t log_lost = 0;        // values that a log did not take

    json::object ToJson() const;
    /// Without the data report, which was shown before the training.
    std::string ToText() const;
};

}  // namespace argosy::tune
