// The options of `argosy tune`: described once, for the command that people call (flags,
// environment,
// --config, completion) and for the program that trains, argosy-train. No libtorch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace argosy::tune {

struct TuneFlags {
    std::string model, out;
    std::vector<std::string> data, eval;
    std::string columns;
    double eval_share = 0.05;
    bool mask_pii = false, dry_run = false;

    std::string task = "chat";
    std::string method;  // empty: lora, or full for embedders
    int rank = 16;
    double alpha = 32, dropout = 0;
    std::vector<std::string> target_modules;
    std::string adapter;
    std::string base_quant = "q8_0";

    double learning_rate = 0;  // 0: by method
    std::string schedule = "cosine";
    int64_t warmup = 0;
    double weight_decay = 0, max_grad_norm = 1;
    int epochs = 1;
    int64_t max_steps = 0;
    int batch_size = 8, gradient_accumulation = 1;
    int64_t context = 0;
    bool bf16 = false, packing = false, gradient_checkpointing = false;
    double temperature = 0.05;
    int negatives = 1;
    uint64_t seed = 1;
    int threads = 0;
    std::string device = "cpu";

    int64_t eval_every = 0;
    int patience = 0;
    bool exact_answers = false;
    int64_t save_every = 100;
    int keep = 2;
    bool resume = false, overwrite = false;

    std::string format;  // empty: peft, or merged for full training
    std::string quant;   // empty: by format
    std::string run_name;
};

/// Describes the options on a command; `flags` outlives its parsing.
void AddTuneFlags(CLI::App& command, TuneFlags& flags);

/// What was set on a parsed command, wherever it came from, as arguments that set the same again.
std::vector<std::string> SetArguments(const CLI::App& command);

/// Arguments as one line for a shell.
std::string ShellLine(const std::vector<std::string>& arguments);

inline constexpr const char* kTuneDescription =
    "Fine-tune a model on your data: LoRA, QLoRA or full; or an embedder on pairs";
inline constexpr const char* kTuneExample =
    "Example:\n"
    "  argosy make-shop --out shop\n"
    "  argosy tune --model ./base.gguf --data shop/faq-train.jsonl --eval shop/faq-eval.jsonl \\\n"
    "      --epochs 3 --out tuned\n"
    "  argosy serve --model ./base.gguf --lora faq=tuned/adapter";

}  // namespace argosy::tune
