#include "tune/trainer/tune_run.h"

#include "telemetry/log.h"
#include "tune/chat_data.h"
#include "tune/pair_data.h"
#include "tune/trainer/training_run.h"

namespace argosy::tune {

namespace {

Existing ExistingOf(const TuneFlags& flags) {
    if (flags.resume) return Existing::kResume;
    return flags.overwrite ? Existing::kOverwrite : Existing::kRefuse;
}

std::string RunName(const TuneFlags& flags) {
    if (!flags.run_name.empty()) return flags.run_name;
    std::filesystem::path path = flags.out;
    if (!path.has_filename()) path = path.parent_path();
    return path.filename().string();
}

std::string ResumeCommand(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {"argosy", "tune"};
    for (const std::string& argument : arguments) {
        if (argument.starts_with("--resume") || argument.starts_with("--overwrite")) continue;
        command.push_back(argument);
    }
    command.emplace_back("--resume");
    return ShellLine(command);
}

// One call of `argosy tune`, up to the moment when something is written.
class Command {
  public:
    Command(const TuneFlags& flags, TunePlan plan, const std::vector<std::string>& arguments,
            const RunHooks& hooks)
        : flags_(flags), plan_(std::move(plan)), arguments_(arguments), hooks_(hooks) {}

    Result<TuneSummary> Chats() {
        auto rows = lifecycle::LoadDataset(plan_.data);
        if (!rows) return std::unexpected(rows.error().ToError());
        ARGOSY_TRY(base_, BaseModel::Open(flags_.model));
        if (!base_.format->warning().empty()) {
            log::Warn("chat template", {{"reason", base_.format->warning()}});
        }
        ARGOSY_TRY(ChatData data, PrepareChats(std::move(*rows), *base_.tokenizer, *base_.format,
                                               MaxTokens(), flags_.mask_pii));
        std::vector<Question> questions;
        if (flags_.exact_answers) {
            ARGOSY_TRY(questions, MakeQuestions(data.eval_rows, *base_.tokenizer, *base_.format));
        }
        return TrainOn(data, questions);
    }

    Result<TuneSummary> Pairs() {
        ARGOSY_TRY(TextPairs pairs, LoadPairs(plan_.data, static_cast<size_t>(flags_.negatives)));
        ARGOSY_TRY(base_, BaseModel::Open(flags_.model));
        ARGOSY_TRY(PairData data,
                   PreparePairs(std::move(pairs), *base_.tokenizer, MaxTokens(), flags_.mask_pii));
        return TrainOn(data, {});
    }

  private:
    size_t MaxTokens() const {
        return flags_.context > 0 ? static_cast<size_t>(flags_.context) : base_.context;
    }

    template <typename Data>
    Result<TuneSummary> TrainOn(Data& data, const std::vector<Question>& questions) {
        TuneSummary summary;
        summary.run_name = RunName(flags_);
        summary.task = flags_.task;
        summary.method = ToString(plan_.training.method);
        summary.resume = ResumeCommand(arguments_);
        hooks_.report(data.report.ToText());
        summary.data = std::move(data.report);
        if (flags_.dry_run) return summary;
        ARGOSY_TRY(RunFolder folder, RunFolder::Open(flags_.out, ExistingOf(flags_)));
        ARGOSY_CHECK_OK(Claim(folder, summary));
        ARGOSY_CHECK_OK(folder.WriteJson("report.json", summary.data.ToJson()));
        ARGOSY_TRY(RunTracking tracking, RunTracking::Open(folder, summary.run_name));
        tracking.log().Params(ParamsOf(flags_, plan_));
        tracking.log().Tags({{"argosy.base", flags_.model}, {"argosy.method", summary.method}});
        tracking.log().Artifact(folder.path() / "report.json", "");
        TrainingRun run(flags_, plan_, base_, hooks_, std::move(folder), std::move(tracking),
                        std::move(summary));
        return run.Do(data.train, data.eval, questions);
    }

    // Writes down whose folder it is. A run that is gone on with must be of the same base, and
    // keeps what it began with: its checkpoint may yet refuse the options of today.
    Result<void> Claim(const RunFolder& folder, const TuneSummary& summary) const {
        const std::string base = base_.Fingerprint();
        const auto begun = folder.ReadJson("run.json");
        const json::value* before = begun ? begun->if_contains("base") : nullptr;
        if (before != nullptr && *before != json::value(base)) {
            return At(folder.path().string(),
                      {ErrorCode::kInvalidArgument,
                       fmt::format("the run in it began with another base than {}", flags_.model),
                       {}});
        }
        if (before != nullptr) return {};
        return folder.WriteJson(
            "run.json", {{"run", summary.run_name}, {"base", base}, {"resume", summary.resume}});
    }

    const TuneFlags& flags_;
    TunePlan plan_;
    const std::vector<std::string>& arguments_;
    const RunHooks& hooks_;
    BaseModel base_;
};

}  // namespace

Result<TuneSummary> RunTune(const TuneFlags& flags, const std::vector<std::string>& arguments,
                            const RunHooks& hooks) {
    ARGOSY_TRY(TunePlan plan, MakePlan(flags));
    ARGOSY_CHECK_OK(train::Validate(plan.training));
    if (!flags.dry_run) ARGOSY_CHECK_OK(RunFolder::Check(flags.out, ExistingOf(flags)));
    Command command(flags, plan, arguments, hooks);
    return plan.task == Task::kEmbed ? command.Pairs() : command.Chats();
}

}  // namespace argosy::tune
