#include "train/options.h"

namespace argosy::train {

namespace {

Result<void> Require(bool holds, const char* option, double value, const char* right) {
    if (holds) return {};
    return Err(ErrorCode::kInvalidArgument, "{} is {}, must be {}", option, value, right);
}

Result<void> ValidateOptimizer(const OptimizerOptions& o) {
    ARGOSY_CHECK_OK(Require(o.learning_rate > 0, "learning_rate", o.learning_rate, "above 0"));
    ARGOSY_CHECK_OK(Require(o.beta1 >= 0 && o.beta1 < 1, "beta1", o.beta1, "in [0, 1)"));
    ARGOSY_CHECK_OK(Require(o.beta2 >= 0 && o.beta2 < 1, "beta2", o.beta2, "in [0, 1)"));
    ARGOSY_CHECK_OK(Require(o.epsilon > 0, "epsilon", o.epsilon, "above 0"));
    ARGOSY_CHECK_OK(Require(o.weight_decay >= 0, "weight_decay", o.weight_decay, "0 or more"));
    ARGOSY_CHECK_OK(Require(o.clip_norm >= 0, "clip_norm", o.clip_norm, "0 or more"));
    ARGOSY_CHECK_OK(Require(o.final_ratio >= 0 && o.final_ratio <= 1, "final_ratio", o.final_ratio,
                            "in [0, 1]"));
    return Require(o.warmup_steps >= 0, "warmup_steps", static_cast<double>(o.warmup_steps),
                   "0 or more");
}

Result<void> ValidateLora(const LoraOptions& o) {
    ARGOSY_CHECK_OK(Require(o.rank >= 1 && o.rank <= 1024, "rank", o.rank, "1 to 1024"));
    ARGOSY_CHECK_OK(Require(o.alpha > 0, "alpha", o.alpha, "above 0"));
    return Require(o.dropout >= 0 && o.dropout < 1, "dropout", o.dropout, "in [0, 1)");
}

}  // namespace

Result<void> Validate(const TrainOptions& options) {
    ARGOSY_CHECK_OK(ValidateOptimizer(options.optimizer));
    if (options.method != Method::kFull) ARGOSY_CHECK_OK(ValidateLora(options.lora));
    const BatchOptions& batch = options.batch;
    ARGOSY_CHECK_OK(Require(batch.examples >= 1, "batch examples", batch.examples, "1 or more"));
    ARGOSY_CHECK_OK(
        Require(batch.accumulation >= 1, "accumulation", batch.accumulation, "1 or more"));
    ARGOSY_CHECK_OK(Require(!batch.pack || batch.pack_tokens >= 2, "pack_tokens",
                            static_cast<double>(batch.pack_tokens), "2 or more"));
    ARGOSY_CHECK_OK(Require(options.epochs >= 1, "epochs", options.epochs, "1 or more"));
    ARGOSY_CHECK_OK(
        Require(options.checkpoint.keep >= 1, "keep", options.checkpoint.keep, "1 or more"));
    ARGOSY_CHECK_OK(Require(options.contrastive.temperature > 0, "temperature",
                            options.contrastive.temperature, "above 0"));
    if (options.device == "cpu" || options.device == "cuda") return {};
    return Err(ErrorCode::kInvalidArgument, "device is \"{}\", must be cpu or cuda",
               options.device);
}

json::object Identity(const TrainOptions& options) {
    const OptimizerOptions& o = options.optimizer;
    json::array targets(options.lora.targets.begin(), options.lora.targets.end());
    return {{"method", static_cast<int>(options.method)},
            {"rank", options.lora.rank},
            {"alpha", options.lora.alpha},
            {"dropout", options.lora.dropout},
            {"targets", std::move(targets)},
            {"base_recipe", options.lora.base_recipe},
            {"learning_rate", o.learning_rate},
            {"beta1", o.beta1},
            {"beta2", o.beta2},
            {"epsilon", o.epsilon},
            {"weight_decay", o.weight_decay},
            {"clip_norm", o.clip_norm},
            {"schedule", static_cast<int>(o.schedule)},
            {"warmup_steps", o.warmup_steps},
            {"final_ratio", o.final_ratio},
            {"batch_examples", options.batch.examples},
            {"accumulation", options.batch.accumulation},
            {"pack", options.batch.pack},
            {"pack_tokens", options.batch.pack_tokens},
            {"shuffle", options.batch.shuffle},
            {"epochs", options.epochs},
            {"max_steps", options.max_steps},
            {"context", options.context},
            {"bf16", options.bf16},
            {"seed", options.seed},
            {"temperature", options.contrastive.temperature},
            {"pooling", static_cast<int>(options.contrastive.pooling)}};
}

}  // namespace argosy::train
