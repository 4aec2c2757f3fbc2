#include "tune/trainer/training_run.h"

#include <unistd.h>

#include <chrono>

#include "tune/trainer/export_result.h"

namespace argosy::tune {

namespace {

using Clock = std::chrono::steady_clock;

Outcome OutcomeOf(train::Ending ending) {
    if (ending == train::Ending::kStopped) return Outcome::kStopped;
    return ending == train::Ending::kEarly ? Outcome::kEarly : Outcome::kDone;
}

template <typename Item>
Result<std::optional<double>> Loss(train::Trainer& trainer, const std::vector<Item>& evaluation) {
    if (evaluation.empty()) return std::nullopt;
    ARGOSY_TRY(const double loss, trainer.Evaluate(std::span<const Item>(evaluation)));
    return loss;
}

}  // namespace

TrainingRun::TrainingRun(const TuneFlags& flags, TunePlan plan, const BaseModel& base,
                         const RunHooks& hooks, RunFolder folder, RunTracking tracking,
                         TuneSummary summary)
    : flags_(flags),
      plan_(std::move(plan)),
      base_(base),
      hooks_(hooks),
      folder_(std::move(folder)),
      tracking_(std::move(tracking)),
      summary_(std::move(summary)),
      progress_(stderr, ::isatty(STDERR_FILENO) == 1),
      recorder_(folder_, tracking_, progress_) {
    plan_.training.checkpoint.folder = folder_.checkpoints();
}

template <typename Item>
Result<TuneSummary> TrainingRun::Do(const std::vector<Item>& items,
                                    const std::vector<Item>& evaluation,
                                    const std::vector<Question>& questions) {
    auto done = Train<Item>(items, evaluation, questions);
    if (!done) {
        const bool stopped = done.error().code == ErrorCode::kCancelled;
        tracking_.log().End(stopped ? lifecycle::RunEnd::kKilled : lifecycle::RunEnd::kFailed);
        tracking_.KeepRunId(folder_);
        return std::unexpected(std::move(done.error()));
    }
    ARGOSY_CHECK_OK(Finish());
    return std::move(summary_);
}

template <typename Item>
Result<void> TrainingRun::Train(const std::vector<Item>& items, const std::vector<Item>& evaluation,
                                const std::vector<Question>& questions) {
    const auto start = Clock::now();
    ARGOSY_TRY(auto file, OpenModel(base_.path));
    ARGOSY_TRY(train::Trainer trainer, train::Trainer::Create(std::move(file), plan_.training));
    summary_.trained_parameters = trainer.trained_parameters();
    tracking_.log().Params(
        {{"trained_parameters", fmt::format("{}", summary_.trained_parameters)}});
    ARGOSY_CHECK_OK(ScoreBefore<Item>(trainer, evaluation, questions));
    ARGOSY_TRY(const train::TrainSummary trained,
               trainer.Train(std::span<const Item>(items), std::span<const Item>(evaluation),
                             recorder_.Observe(hooks_.stop)));
    summary_.outcome = OutcomeOf(trained.ending);
    summary_.steps = trained.steps;
    summary_.last_loss = trained.last_loss;
    summary_.tokens_per_second = progress_.tokens_per_second();
    summary_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (summary_.outcome == Outcome::kStopped) return {};
    return Deliver<Item>(trainer, evaluation, questions);
}

// Once in a run's life: a resumed run reads it.
template <typename Item>
Result<void> TrainingRun::ScoreBefore(train::Trainer& trainer, const std::vector<Item>& evaluation,
                                      const std::vector<Question>& questions) {
    if (const auto known = folder_.ReadJson("before.json")) {
        summary_.before = Scores::FromJson(*known);
        return {};
    }
    ARGOSY_TRY(summary_.before.loss, Loss<Item>(trainer, evaluation));
    if (flags_.exact_answers) {
        ARGOSY_TRY(summary_.before.answers, Answers(questions, flags_.adapter));
    }
    recorder_.Scored(0, summary_.before);
    return folder_.WriteJson("before.json", summary_.before.ToJson());
}

// Scores are of what was written, not of what is in memory.
template <typename Item>
Result<void> TrainingRun::Deliver(train::Trainer& trainer, const std::vector<Item>& evaluation,
                                  const std::vector<Question>& questions) {
    ARGOSY_TRY(const auto result, ExportResult(trainer, plan_, folder_, tracking_));
    summary_.result = result.string();
    summary_.serve = ServeCommand(plan_, flags_.model, result, summary_.run_name);
    ARGOSY_TRY(summary_.after.loss, Loss<Item>(trainer, evaluation));
    Scores answered;  // the loss at this step is in the logs already
    if (flags_.exact_answers) {
        ARGOSY_TRY(answered.answers, Answers(questions, summary_.result));
        summary_.after.answers = answered.answers;
    }
    recorder_.Scored(summary_.steps, answered);
    return {};
}

// Of the base where `result` is empty, else of what stands there.
Result<AnswerRate> TrainingRun::Answers(const std::vector<Question>& questions,
                                        const std::string& result) {
    progress_.Say(fmt::format("answering {} evaluation rows", questions.size()));
    AnswerOptions options;
    options.threads = flags_.threads;
    options.stop = hooks_.stop;
    const bool merged =
        plan_.format == Format::kMerged && result == summary_.result && !result.empty();
    if (!merged) options.adapter = result;
    ARGOSY_TRY(std::shared_ptr<const ModelFile> model,
               OpenModel(merged ? std::filesystem::path(result) : base_.path));
    return CountExactAnswers(std::move(model), questions, *base_.tokenizer, *base_.format, options);
}

Result<void> TrainingRun::Finish() {
    const bool stopped = summary_.outcome == Outcome::kStopped;
    if (!stopped) summary_.resume.clear();
    recorder_.WritePlot(summary_.run_name);
    summary_.curve = recorder_.curve().Sparkline();
    summary_.mlflow_run_id = tracking_.mlflow_run_id();
    ARGOSY_CHECK_OK(folder_.WriteJson("summary.json", summary_.ToJson()));
    tracking_.log().Artifact(folder_.summary(), "");
    tracking_.log().End(stopped ? lifecycle::RunEnd::kKilled : lifecycle::RunEnd::kFinished);
    tracking_.KeepRunId(folder_);
    // A server may have given its id, or taken nothing, only at the end.
    summary_.mlflow_run_id = tracking_.mlflow_run_id();
    summary_.log_lost = tracking_.log().lost();
    return folder_.WriteJson("summary.json", summary_.ToJson());
}

template Result<TuneSummary> TrainingRun::Do(const std::vector<train::Example>&,
                                             const std::vector<train::Example>&,
                                             const std::vector<Question>&);
template Result<TuneSummary> TrainingRun::Do(const std::vector<train::Pair>&,
                                             const std::vector<train::Pair>&,
                                             const std::vector<Question>&);

}  // namespace argosy::tune
