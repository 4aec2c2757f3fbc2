#include "train/torch/train_loop.h"

#include <ATen/core/grad_mode.h>

#include <cmath>
#include <limits>

#include "train/random.h"
#include "train/schedule.h"

namespace argosy::train {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<Pass> InOrder(const Objective& objective, const TrainOptions& options) {
    BatchOptions batch = options.batch;
    batch.shuffle = false;
    return PlanEpoch(objective.tokens(), batch, options.seed, 0);
}

}  // namespace

double MeanLoss(const Objective& objective, const TrainOptions& options) {
    const at::NoGradGuard no_gradients;
    double sum = 0;
    int64_t terms = 0;
    for (const Pass& pass : InOrder(objective, options)) {
        Batch batch;
        sum += objective.Sum(pass, false, 0, batch).item<double>();
        terms += objective.Terms(pass);
    }
    return sum / static_cast<double>(terms);
}

TrainLoop::TrainLoop(Network& network, const TrainOptions& options, const Objective& training,
                     const Objective* evaluation, const Observer& observer)
    : network_(network),
      options_(options),
      training_(training),
      evaluation_(evaluation),
      observer_(observer),
      optimizer_(network.parameters(), options.optimizer),
      best_(std::numeric_limits<double>::infinity()) {}

int64_t TrainLoop::CountSteps() const {
    if (options_.max_steps > 0) return options_.max_steps;
    int64_t steps = 0;
    for (int epoch = 0; epoch < options_.epochs; ++epoch) {
        const auto plan = PlanEpoch(training_.tokens(), options_.batch, options_.seed, epoch);
        steps += StepsOf(plan.size(), options_.batch.accumulation);
    }
    return steps;
}

Result<TrainSummary> TrainLoop::Run() {
    total_ = CountSteps();
    if (options_.checkpoint.resume) ARGOSY_CHECK_OK(Resume());
    int64_t begin = 0;  // the step that an epoch begins with
    for (int epoch = 0; !Over(); ++epoch) {
        const auto plan = PlanEpoch(training_.tokens(), options_.batch, options_.seed, epoch);
        const int64_t steps = StepsOf(plan.size(), options_.batch.accumulation);
        const auto size = static_cast<size_t>(options_.batch.accumulation);
        while (!Over() && step_ < begin + steps) {
            const auto first = static_cast<size_t>(step_ - begin) * size;
            const auto passes = std::span(plan).subspan(first, std::min(size, plan.size() - first));
            const StepReport report = TakeStep(passes, epoch);
            if (observer_.step) observer_.step(report);
            const int64_t every = options_.evaluation.every;
            const bool due = every > 0 ? step_ % every == 0 : step_ == begin + steps;
            if (evaluation_ != nullptr && (due || step_ == total_)) Evaluate();
            const int64_t saves = options_.checkpoint.every;
            if (saves > 0 && step_ % saves == 0) ARGOSY_CHECK_OK(Save());
            if (!ended_ && observer_.stop && observer_.stop()) {
                ended_ = true;
                ending_ = Ending::kStopped;
            }
        }
        begin += steps;
    }
    if (saved_ != step_) ARGOSY_CHECK_OK(Save());
    if (ending_ == Ending::kEarly) RestoreBest();
    return TrainSummary{step_, last_loss_, std::isinf(best_) ? kNone : best_, ending_};
}

StepReport TrainLoop::TakeStep(std::span<const Pass> passes, int epoch) {
    StepReport report;
    for (const Pass& pass : passes) report.trained += training_.Terms(pass);
    const auto terms = static_cast<double>(report.trained);
    double sum = 0;
    for (size_t i = 0; i < passes.size(); ++i) {
        Batch batch;
        const uint64_t seed = MixSeed(MixSeed(options_.seed, static_cast<uint64_t>(step_)), i);
        const at::Tensor loss = training_.Sum(passes[i], true, seed, batch);
        (loss / terms).backward();
        sum += loss.item<double>();
        report.tokens += batch.size();
    }
    report.gradient_norm = optimizer_.ClipGradients();
    report.learning_rate = LearningRate(options_.optimizer, step_, total_);
    ++step_;
    optimizer_.Step(step_, report.learning_rate);
    optimizer_.ClearGradients();
    report.step = step_;
    report.total = total_;
    report.epoch = epoch;
    report.loss = last_loss_ = sum / terms;
    return report;
}

void TrainLoop::Evaluate() {
    EvaluationReport report{step_, MeanLoss(*evaluation_, options_), false};
    report.best = report.loss < best_;
    if (report.best) {
        best_ = report.loss;
        without_better_ = 0;
        if (options_.evaluation.patience > 0) KeepBest();
    } else {
        ++without_better_;
    }
    if (observer_.evaluation) observer_.evaluation(report);
    if (options_.evaluation.patience > 0 && without_better_ >= options_.evaluation.patience) {
        ended_ = true;
        ending_ = Ending::kEarly;
    }
}

void TrainLoop::KeepBest() {
    best_values_.clear();
    for (const Parameter& parameter : network_.parameters()) {
        best_values_.push_back(parameter.value.detach().clone());
    }
}

void TrainLoop::RestoreBest() {
    const at::NoGradGuard no_gradients;
    for (size_t i = 0; i < best_values_.size(); ++i) {
        network_.parameters()[i].value.copy_(best_values_[i]);
    }
}

}  // namespace argosy::train
