// How to train. The defaults are those of a LoRA run on a small set of chats.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "engine/runner.h"

namespace argosy::train {

enum class Method {
    kLora,   // adapters on a frozen base held as floats
    kQlora,  // adapters on a frozen base held in quantised blocks
    kFull,   // all weights
};
enum class Schedule { kConstant, kLinear, kCosine };

/// arXiv:2106.09685, by PEFT's names.
struct LoraOptions {
    int rank = 16;
    double alpha = 32;
    double dropout = 0;
    /// q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj (phi3: qkv_proj,
    /// gate_up_proj); empty: all that the model has.
    std::vector<std::string> targets;
    /// A PEFT adapter to go on from; its rank and targets must be those above. Empty: A uniform in
    /// +-1/sqrt(in), B zero, as PEFT.
    std::filesystem::path start;
    /// QLoRA: how weights that are not yet quantised are held (a recipe of quant_recipe.h).
    std::string base_recipe = "q8_0";
};

/// AdamW (arXiv:1711.05101), as torch.optim.AdamW.
struct OptimizerOptions {
    double learning_rate = 2e-4;
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double weight_decay = 0;  // of matrices; norms and biases never decay
    double clip_norm = 1;     // of all gradients together; 0: not clipped
    Schedule schedule = Schedule::kCosine;
    int64_t warmup_steps = 0;  // linear from 0
    double final_ratio = 0;    // linear and cosine end at learning_rate times this
};

struct BatchOptions {
    int examples = 8;      // of one forward pass, where examples are not packed
    int accumulation = 1;  // forward passes of one step
    /// Fill a pass with as many examples as fit into `pack_tokens`, whatever their number.
    bool pack = false;
    int64_t pack_tokens = 2048;
    bool shuffle = true;  // each epoch anew
};

struct CheckpointOptions {
    std::filesystem::path folder;  // empty: none are written
    int64_t every = 0;             // steps; 0: at the end only
    int keep = 2;
    bool resume = false;  // from the newest one in `folder`, where there is one
};

struct EvaluationOptions {
    int64_t every = 0;  // steps; 0: at each epoch's end
    int patience = 0;   // stop after so many evaluations without a better loss; 0: never
};

/// InfoNCE (arXiv:1807.03748) with the other positives of the pass as negatives.
struct ContrastiveOptions {
    double temperature = 0.05;
    Pooling pooling = Pooling::kModelDefault;
};

struct TrainOptions {
    Method method = Method::kLora;
    LoraOptions lora;
    OptimizerOptions optimizer;
    BatchOptions batch;
    CheckpointOptions checkpoint;
    EvaluationOptions evaluation;
    ContrastiveOptions contrastive;
    int epochs = 1;
    int64_t max_steps = 0;  // 0: as many as the epochs have
    /// Tokens of the longest sequence; 0: the model's. Longer examples are refused.
    int64_t context = 0;
    /// Keep only each layer's input and compute the layer again on the way back: less memory, about
    /// a third more time.
    bool recompute_layers = false;
    bool bf16 = false;  // matrix products in BF16; trained weights and their sums stay F32
    uint64_t seed = 1;
    int threads = 0;             // 0: all of the machine
    std::string device = "cpu";  // or "cuda" where libtorch has it
};

/// kInvalidArgument names the option and what would be right.
Result<void> Validate(const TrainOptions& options);
/// What a checkpoint must have been made with for going on from it: all that decides the losses.
json::object Identity(const TrainOptions& options);

}  // namespace argosy::train
