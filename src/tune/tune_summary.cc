#include "tune/tune_summary.h"

#include "tune/progress.h"

namespace argosy::tune {

namespace {

std::string Change(const std::optional<double>& before, double after) {
    return before ? fmt::format("{:.4f} -> {:.4f}", *before, after) : fmt::format("{:.4f}", after);
}

std::string AnswersText(const AnswerRate& rate) {
    return fmt::format("{} of {} ({:.1f}%)", rate.exact, rate.questions, 100 * rate.share());
}

}  // namespace

const char* ToString(Outcome outcome) {
    switch (outcome) {
        case Outcome::kChecked:
            return "checked";
        case Outcome::kDone:
            return "done";
        case Outcome::kEarly:
            return "early";
        case Outcome::kStopped:
            return "stopped";
    }
    return "stopped";
}

json::object Scores::ToJson() const {
    json::object out;
    if (loss) out["loss"] = *loss;
    if (answers) {
        out["questions"] = answers->questions;
        out["exact_answers"] = answers->exact;
        out["exact_answer_rate"] = answers->share();
    }
    return out;
}

Scores Scores::FromJson(const json::object& object) {
    const auto number = [&object](const char* key) -> std::optional<double> {
        const json::value* value = object.if_contains(key);
        if (value == nullptr || !value->is_number()) return std::nullopt;
        return value->to_number<double>();
    };
    Scores scores;
    scores.loss = number("loss");
    const auto questions = number("questions"), exact = number("exact_answers");
    if (questions && exact) {
        scores.answers = AnswerRate{static_cast<size_t>(*questions), static_cast<size_t>(*exact)};
    }
    return scores;
}

json::object TuneSummary::ToJson() const {
    json::object out{{"outcome", ToString(outcome)}, {"run", run_name}, {"data", data.ToJson()}};
    if (outcome == Outcome::kChecked) return out;
    out["task"] = task;
    out["method"] = method;
    out["trained_parameters"] = trained_parameters;
    out["steps"] = steps;
    out["last_loss"] = last_loss;
    out["tokens_per_second"] = tokens_per_second;
    out["seconds"] = seconds;
    out["before"] = before.ToJson();
    out["after"] = after.ToJson();
    if (!result.empty()) out["result"] = result;
    if (!resume.empty()) out["resume"] = resume;
    if (!mlflow_run_id.empty()) out["mlflow_run_id"] = mlflow_run_id;
    out["log_lost"] = log_lost;
    return out;
}

std::string TuneSummary::ToText() const {
    if (outcome == Outcome::kChecked) return "the data is good; nothing was trained (--dry-run)\n";
    std::string text = fmt::format("loss           {}\n", curve);
    if (outcome == Outcome::kStopped) {
        return text +
               fmt::format("stopped after step {}; a checkpoint is written. To go on:\n  {}\n",
                           steps, resume);
    }
    if (after.loss) text += fmt::format("evaluation     {}\n", Change(before.loss, *after.loss));
    if (after.answers) {
        text += fmt::format("exact answers  {}{}\n",
                            before.answers ? AnswersText(*before.answers) + " -> " : "",
                            AnswersText(*after.answers));
    }
    text += fmt::format("trained        {} steps in {}{}, {} parameters\n", steps,
                        FormatDuration(std::chrono::seconds(static_cast<int64_t>(seconds + 0.5))),
                        outcome == Outcome::kEarly
                            ? " (early: evaluation no longer improved; these are its best weights)"
                            : "",
                        trained_parameters);
    if (!mlflow_run_id.empty()) text += fmt::format("MLflow run     {}\n", mlflow_run_id);
    if (log_lost > 0) text += fmt::format("logs           {} values were lost\n", log_lost);
    return text + fmt::format("written        {}\nserve it       {}\n", result, serve);
}

}  // namespace argosy::tune
