#include "tune/tune_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

namespace argosy::tune {

namespace {

void AddData(CLI::App& command, TuneFlags& flags) {
    command
        .add_option("--model,-m,model", flags.model,
                    "GGUF file, Hugging Face directory, or hf:// http:// s3:// URI")
        ->required();
    command
        .add_option("--data", flags.data,
                    "JSONL (messages, prompt/completion or text), CSV or TSV; may be repeated")
        ->required();
    command.add_option("--eval", flags.eval, "the same, to evaluate on; else a share of --data");
    command.add_option("--eval-share", flags.eval_share, "of --data kept for evaluation; 0: none")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 0.5));
    command.add_option("--columns", flags.columns,
                       "of CSV, e.g. prompt=Question,completion=Answer; default: by their names");
    command.add_flag("--mask-pii", flags.mask_pii, "replace personal data by [EMAIL], [PHONE] ...");
    command.add_flag("--dry-run", flags.dry_run, "check the data, print the report, train nothing");
    command.add_option("--out", flags.out, "folder of the run")->required();
}

void AddMethod(CLI::App& command, TuneFlags& flags) {
    command
        .add_option("--task", flags.task, "chat, or embed: JSONL pairs {\"query\", \"positive\"}")
        ->check(CLI::IsMember({"chat", "embed"}))
        ->capture_default_str();
    command.add_option("--method", flags.method, "lora, qlora or full; default: lora, embed: full")
        ->check(CLI::IsMember({"lora", "qlora", "full"}));
    command.add_option("--rank", flags.rank, "of LoRA's matrices")->capture_default_str();
    command.add_option("--alpha", flags.alpha, "LoRA's scale is alpha / rank")
        ->capture_default_str();
    command.add_option("--dropout", flags.dropout, "of LoRA's input")->capture_default_str();
    command
        .add_option("--target-modules", flags.target_modules,
                    "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj; default: all")
        ->delimiter(',');
    command.add_option("--adapter", flags.adapter, "a PEFT adapter to go on from");
    command.add_option("--base-quant", flags.base_quant, "QLoRA: how a base of floats is held")
        ->capture_default_str();
}

void AddOptimisation(CLI::App& command, TuneFlags& flags) {
    command.add_option("--learning-rate", flags.learning_rate,
                       "default: 2e-4, full training: 2e-5");
    command.add_option("--schedule", flags.schedule, "constant, linear or cosine")
        ->check(CLI::IsMember({"constant", "linear", "cosine"}))
        ->capture_default_str();
    command.add_option("--warmup", flags.warmup, "steps from 0 to the learning rate")
        ->capture_default_str();
    command.add_option("--weight-decay", flags.weight_decay, "AdamW's, of matrices")
        ->capture_default_str();
    command
        .add_option("--max-grad-norm", flags.max_grad_norm, "gradients are clipped to it; 0: not")
        ->capture_default_str();
    command.add_option("--epochs", flags.epochs, "times through the data")->capture_default_str();
    command.add_option("--max-steps", flags.max_steps, "0: as many as the epochs have")
        ->capture_default_str();
    command.add_option("--batch-size", flags.batch_size, "examples of a forward pass")
        ->capture_default_str();
    command
        .add_option("--gradient-accumulation", flags.gradient_accumulation,
                    "forward passes of a step")
        ->capture_default_str();
    command
        .add_option("--temperature", flags.temperature, "of the contrastive loss (--task embed)")
        ->capture_default_str();
    command
        .add_option("--negatives", flags.negatives,
                    "of each pair's \"negatives\", how many are trained on (--task embed)")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000));
    command.add_option("--seed", flags.seed, "same seed, same losses")->capture_default_str();
}

void AddMachine(CLI::App& command, TuneFlags& flags) {
    command.add_option("--context", flags.context,
                       "tokens; longer examples are left out; 0: the model's");
    command.add_flag("--bf16", flags.bf16, "matrix products in BF16");
    command.add_flag("--packing", flags.packing,
                     "fill passes to batch size x context (at most 2048 unless given) tokens");
    command.add_flag("--gradient-checkpointing", flags.gradient_checkpointing,
                     "compute layers again on the way back: less memory, more time");
    command.add_option("--threads", flags.threads, "0: all of the machine")
        ->check(CLI::Range(0, 4096));
    command.add_option("--device", flags.device, "cpu, or cuda where libtorch has it")
        ->check(CLI::IsMember({"cpu", "cuda"}))
        ->capture_default_str();
}

void AddRun(CLI::App& command, TuneFlags& flags) {
    command.add_option("--eval-every", flags.eval_every, "steps; 0: at each epoch's end")
        ->capture_default_str();
    command.add_option("--patience", flags.patience,
                       "stop after so many evaluations without a better loss; 0: never");
    command.add_flag("--exact-answers", flags.exact_answers,
                     "before and after: share of evaluation rows answered exactly, greedily");
    command.add_option("--save-every", flags.save_every, "steps to a checkpoint; 0: at the end")
        ->capture_default_str();
    command.add_option("--keep", flags.keep, "checkpoints kept")->capture_default_str();
    command.add_flag("--resume", flags.resume, "go on from the newest checkpoint in --out, if any");
    command.add_flag("--overwrite", flags.overwrite, "remove another run's files from --out");
    command
        .add_option("--format", flags.format,
                    "peft, gguf (adapter) or merged (model); default: peft, full: merged")
        ->check(CLI::IsMember({"peft", "gguf", "merged"}));
    command.add_option("--quant", flags.quant,
                       "of the output: an adapter's f32, bf16 or (GGUF) f16; merged: q8_0, q4_k_m "
                       "...; default: f32, merged: q8_0");
    command.add_option("--run-name", flags.run_name, "in the logs; default: the name of --out");
}

std::string Quoted(const std::string& text) {
    const auto plain = [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("-_=./:,+@%").contains(static_cast<char>(c));
    };
    if (!text.empty() && std::ranges::all_of(text, plain)) return text;
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

}  // namespace

void AddTuneFlags(CLI::App& command, TuneFlags& flags) {
    AddData(command, flags);
    AddMethod(command, flags);
    AddOptimisation(command, flags);
    AddMachine(command, flags);
    AddRun(command, flags);
    command.footer(std::string(kTuneExample) +
                   "\n\nLogs to <out>/log.jsonl, and to MLflow where MLFLOW_TRACKING_URI is set.\n"
                   "Ctrl-C writes a checkpoint; --resume goes on from it.");
}

std::vector<std::string> SetArguments(const CLI::App& command) {
    std::vector<std::string> arguments;
    for (const CLI::Option* option : command.get_options()) {
        if (option->count() == 0 || option->get_lnames().empty()) continue;
        const std::string name = "--" + option->get_lnames().front();
        const bool flag = option->get_items_expected_max() == 0;
        for (const std::string& value : option->results()) {
            arguments.push_back(flag && value == "true" ? name : name + "=" + value);
        }
    }
    return arguments;
}

std::string ShellLine(const std::vector<std::string>& arguments) {
    std::string line;
    for (const std::string& argument : arguments) {
        if (!line.empty()) line += " ";
        line += Quoted(argument);
    }
    return line;
}

}  // namespace argosy::tune
