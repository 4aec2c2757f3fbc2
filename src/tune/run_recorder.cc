#include "tune/run_recorder.h"

#include "telemetry/log.h"

namespace argosy::tune {

train::Observer RunRecorder::Observe(std::function<bool()> stop) {
    train::Observer observer;
    observer.step = [this](const train::StepReport& report) { Step(report); };
    observer.evaluation = [this](const train::EvaluationReport& report) { Evaluation(report); };
    observer.checkpoint = [this](const std::filesystem::path&) { tracking_.KeepRunId(folder_); };
    observer.stop = std::move(stop);
    return observer;
}

void RunRecorder::Step(const train::StepReport& report) {
    progress_.Step(report.step, report.total, report.loss, report.tokens);
    curve_.AddTrain(report.step, report.loss);
    lifecycle::RunMetrics metrics = {{"train/loss", report.loss},
                                     {"train/learning_rate", report.learning_rate},
                                     {"train/gradient_norm", report.gradient_norm},
                                     {"train/epoch", report.epoch}};
    if (progress_.tokens_per_second() > 0) {
        metrics.emplace_back("train/tokens_per_second", progress_.tokens_per_second());
    }
    tracking_.log().Metrics(report.step, metrics);
    tracking_.KeepRunId(folder_);
}

void RunRecorder::Evaluation(const train::EvaluationReport& report) {
    progress_.Evaluated(report.loss);
    progress_.Say(fmt::format("evaluation after step {}: loss {:.4f}{}", report.step, report.loss,
                              report.best ? " (best so far)" : ""));
    curve_.AddEvaluation(report.step, report.loss);
    tracking_.log().Metrics(report.step, {{"eval/loss", report.loss}});
}

void RunRecorder::Scored(int64_t step, const Scores& scores) {
    lifecycle::RunMetrics metrics;
    if (scores.loss) {
        metrics.emplace_back("eval/loss", *scores.loss);
        curve_.AddEvaluation(step, *scores.loss);
    }
    if (scores.answers) metrics.emplace_back("eval/exact_answers", scores.answers->share());
    if (!metrics.empty()) tracking_.log().Metrics(step, metrics);
}

void RunRecorder::WritePlot(const std::string& title) {
    const auto written = lifecycle::WriteLossPlot(curve_.Plot(title), folder_.plot());
    if (written) {
        tracking_.log().Artifact(folder_.plot(), "");
    } else {
        log::Warn("no loss curve", {{"why", written.error().ToString()}});
    }
}

}  // namespace argosy::tune
