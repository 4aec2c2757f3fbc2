// Trains a model on examples: the whole of fine-tuning but the reading of data and the showing of
// progress. Losses equal those of PyTorch, transformers and PEFT (tests/train).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/model_file.h"
#include "train/example.h"
#include "train/options.h"

namespace argosy::train {

struct StepReport {
    int64_t step = 0, total = 0;  // from 1
    int epoch = 0;                // from 0
    double loss = 0;              // mean over the step's trained tokens (or pairs)
    double learning_rate = 0;
    double gradient_norm = 0;  // before clipping
    int64_t tokens = 0;        // through the model in this step
    int64_t trained = 0;       // tokens (or pairs) that the loss is a mean over
};

struct EvaluationReport {
    int64_t step = 0;
    double loss = 0;
    bool best = false;  // so far
};

/// Called from the training thread between steps; each may be empty.
struct Observer {
    std::function<void(const StepReport&)> step;
    std::function<void(const EvaluationReport&)> evaluation;
    std::function<void(const std::filesystem::path&)> checkpoint;
    std::function<bool()> stop;  // true: write a checkpoint and return
};

enum class Ending { kDone, kEarly, kStopped };  // early: evaluation no longer improved

struct TrainSummary {
    int64_t steps = 0;
    double last_loss = 0;
    double best_evaluation = 0;  // NaN where there was none
    Ending ending = Ending::kDone;
};

/// Not thread-safe. Uses libtorch's threads inside.
class Trainer {
  public:
    /// Errors: kInvalidArgument (options), kUnsupported (architecture, targets that it does not
    /// have), kCorrupt (tensors).
    static Result<Trainer> Create(std::unique_ptr<ModelFile> base, const TrainOptions& options);
    Trainer(Trainer&&) noexcept;
    ~Trainer();

    /// Trains a decoder to predict the marked tokens. When it stopped early the weights are those
    /// of the best evaluation. `evaluation` may be empty. Errors: kInvalidArgument (an example that
    /// is empty or too long, by index; a checkpoint of another run), kInternal (the disk).
    Result<TrainSummary> Train(std::span<const Example> examples,
                               std::span<const Example> evaluation, const Observer& observer = {});
    /// Trains an embedder, an encoder or a decoder: contrastive, on pairs.
    Result<TrainSummary> Train(std::span<const Pair> pairs, std::span<const Pair> evaluation,
                               const Observer& observer = {});

    /// Mean loss, without dropout.
    Result<double> Evaluate(std::span<const Example> examples);
    Result<double> Evaluate(std::span<const Pair> pairs);

    /// Of a decoder, [tokens.size()][vocabulary].
    Result<std::vector<float>> Logits(std::span<const TokenId> tokens);
    /// Pooled, not normalised, [width].
    Result<std::vector<float>> Embedding(std::span<const TokenId> tokens);

    /// Numbers that are trained.
    int64_t trained_parameters() const;

    /// A PEFT folder or a GGUF adapter (LoRA and QLoRA); `type`: F32 or BF16. kUnsupported for full
    /// training.
    Result<void> ExportPeft(const std::filesystem::path& folder,
                            const std::string& type = "f32") const;
    Result<void> ExportGgufAdapter(const std::filesystem::path& path,
                                   const std::string& type = "f32") const;
    /// The whole model with what was learned in it, in memory: weights that changed are F32.
    /// It reads from this trainer's base, which it keeps alive.
    Result<std::unique_ptr<ModelFile>> Merged() const;
    /// The same as a GGUF file; `recipe` is one of quant_recipe.h.
    Result<void> ExportMerged(const std::filesystem::path& path, const std::string& recipe) const;

  private:
    struct Parts;
    explicit Trainer(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace argosy::train
