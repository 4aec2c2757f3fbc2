#include "tune/tune_plan.h"

#include <fmt/ranges.h>

#include "model/quant_recipe.h"

namespace argosy::tune {

namespace {

constexpr int64_t kPackContext = 2048;  // tokens, where no context is given

train::Method MethodOf(const TuneFlags& flags) {
    if (flags.method == "qlora") return train::Method::kQlora;
    if (flags.method == "full") return train::Method::kFull;
    if (flags.method.empty() && flags.task == "embed") return train::Method::kFull;
    return train::Method::kLora;
}

train::Schedule ScheduleOf(const std::string& name) {
    if (name == "constant") return train::Schedule::kConstant;
    return name == "linear" ? train::Schedule::kLinear : train::Schedule::kCosine;
}

Format FormatOf(const TuneFlags& flags, train::Method method) {
    if (flags.format == "gguf") return Format::kGguf;
    if (flags.format == "merged") return Format::kMerged;
    if (flags.format.empty() && method == train::Method::kFull) return Format::kMerged;
    return Format::kPeft;
}

Result<void> CheckQuant(Format format, const std::string& quant) {
    if (format == Format::kMerged) {
        const auto recipe = FindRecipe(quant);
        if (recipe) return {};
        return At("--quant", recipe.error());
    }
    if (quant == "f32" || quant == "bf16" || (quant == "f16" && format == Format::kGguf)) return {};
    return Err(ErrorCode::kInvalidArgument,
               "--quant is '{}': a {} adapter is f32 or bf16{}; merged models can be quantised",
               quant, ToString(format), format == Format::kGguf ? " or f16" : "");
}

Result<void> Check(const TuneFlags& flags, const TunePlan& plan) {
    if (plan.training.method == train::Method::kFull && plan.format != Format::kMerged) {
        return Err(ErrorCode::kInvalidArgument,
                   "full training makes no adapter: --format has to be merged");
    }
    if (flags.resume && flags.overwrite) {
        return Err(ErrorCode::kInvalidArgument,
                   "--resume goes on with a run, --overwrite removes it: give one of them");
    }
    const bool evaluates = !flags.eval.empty() || flags.eval_share > 0;
    if (!evaluates && (flags.patience > 0 || flags.exact_answers)) {
        return Err(ErrorCode::kInvalidArgument,
                   "--patience and --exact-answers need rows to evaluate on: give --eval, or an "
                   "--eval-share above 0");
    }
    if (plan.task == Task::kEmbed && flags.exact_answers) {
        return Err(ErrorCode::kInvalidArgument, "--exact-answers: an embedder gives no answers");
    }
    for (const int64_t count : {flags.warmup, flags.max_steps, flags.context, flags.eval_every,
                                flags.save_every, int64_t{flags.patience}}) {
        if (count >= 0) continue;
        return Err(ErrorCode::kInvalidArgument,
                   "--warmup, --max-steps, --context, --eval-every, --save-every and --patience "
                   "are counts; {} is none",
                   count);
    }
    return CheckQuant(plan.format, plan.quant);
}

train::BatchOptions BatchOf(const TuneFlags& flags) {
    train::BatchOptions batch;
    batch.examples = flags.batch_size;
    batch.accumulation = flags.gradient_accumulation;
    batch.pack = flags.packing;
    batch.pack_tokens = flags.batch_size * (flags.context > 0 ? flags.context : kPackContext);
    return batch;
}

train::TrainOptions TrainingOf(const TuneFlags& flags) {
    train::TrainOptions o;
    o.method = MethodOf(flags);
    o.lora = {flags.rank,           flags.alpha,   flags.dropout,
              flags.target_modules, flags.adapter, flags.base_quant};
    o.optimizer.learning_rate = flags.learning_rate;
    if (flags.learning_rate == 0) {
        o.optimizer.learning_rate = o.method == train::Method::kFull ? 2e-5 : 2e-4;
    }
    o.optimizer.weight_decay = flags.weight_decay;
    o.optimizer.clip_norm = flags.max_grad_norm;
    o.optimizer.schedule = ScheduleOf(flags.schedule);
    o.optimizer.warmup_steps = flags.warmup;
    o.batch = BatchOf(flags);
    o.checkpoint = {{}, flags.save_every, flags.keep, flags.resume};
    o.evaluation = {flags.eval_every, flags.patience};
    o.contrastive.temperature = flags.temperature;
    o.epochs = flags.epochs;
    o.max_steps = flags.max_steps;
    o.context = flags.context;
    o.recompute_layers = flags.gradient_checkpointing;
    o.bf16 = flags.bf16;
    o.seed = flags.seed;
    o.threads = flags.threads;
    o.device = flags.device;
    return o;
}

}  // namespace

const char* ToString(train::Method method) {
    if (method == train::Method::kLora) return "lora";
    return method == train::Method::kQlora ? "qlora" : "full";
}

const char* ToString(Format format) {
    if (format == Format::kPeft) return "peft";
    return format == Format::kGguf ? "gguf" : "merged";
}

Result<TunePlan> MakePlan(const TuneFlags& flags) {
    TunePlan plan;
    plan.task = flags.task == "embed" ? Task::kEmbed : Task::kChat;
    plan.training = TrainingOf(flags);
    plan.format = FormatOf(flags, plan.training.method);
    plan.quant = flags.quant;
    if (plan.quant.empty()) plan.quant = plan.format == Format::kMerged ? "q8_0" : "f32";
    plan.data.train.assign(flags.data.begin(), flags.data.end());
    plan.data.eval.assign(flags.eval.begin(), flags.eval.end());
    plan.data.eval_share = flags.eval_share;
    plan.data.seed = flags.seed;
    if (!flags.columns.empty()) {
        ARGOSY_TRY(plan.data.columns, lifecycle::CsvColumns::Parse(flags.columns));
    }
    ARGOSY_CHECK_OK(Check(flags, plan));
    return plan;
}

lifecycle::RunTexts ParamsOf(const TuneFlags& flags, const TunePlan& plan) {
    const train::TrainOptions& o = plan.training;
    lifecycle::RunTexts params = {
        {"model", flags.model},
        {"data", fmt::format("{}", fmt::join(flags.data, ","))},
        {"task", flags.task},
        {"method", ToString(o.method)},
        {"learning_rate", fmt::format("{}", o.optimizer.learning_rate)},
        {"schedule", flags.schedule},
        {"warmup", fmt::format("{}", flags.warmup)},
        {"epochs", fmt::format("{}", o.epochs)},
        {"max_steps", fmt::format("{}", o.max_steps)},
        {"batch_size", fmt::format("{}", flags.batch_size)},
        {"gradient_accumulation", fmt::format("{}", flags.gradient_accumulation)},
        {"context", fmt::format("{}", o.context)},
        {"packing", fmt::format("{}", flags.packing)},
        {"bf16", fmt::format("{}", o.bf16)},
        {"weight_decay", fmt::format("{}", flags.weight_decay)},
        {"seed", fmt::format("{}", o.seed)}};
    if (!flags.eval.empty()) params["eval"] = fmt::format("{}", fmt::join(flags.eval, ","));
    if (o.method == train::Method::kFull) return params;
    params["rank"] = fmt::format("{}", flags.rank);
    params["alpha"] = fmt::format("{}", flags.alpha);
    params["dropout"] = fmt::format("{}", flags.dropout);
    params["target_modules"] = flags.target_modules.empty()
                                   ? "all"
                                   : fmt::format("{}", fmt::join(flags.target_modules, ","));
    return params;
}

}  // namespace argosy::tune
