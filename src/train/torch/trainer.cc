#include "train/trainer.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include "engine/system_resources.h"
#include "model/convert.h"
#include "train/torch/network.h"
#include "train/torch/objective.h"
#include "train/torch/train_loop.h"
#include "train/torch/trainer_parts.h"

namespace argosy::train {

namespace {

// libtorch says what is wrong by exceptions; out of memory is one of them.
template <typename Run>
auto Guarded(Run&& run) -> decltype(run()) {
    try {
        return run();
    } catch (const c10::Error& error) {
        return Err(ErrorCode::kInternal, "libtorch: {}", error.what_without_backtrace());
    }
}

Result<void> StartFrom(const TrainOptions& options, Network& network) {
    if (options.lora.start.empty() || options.method == Method::kFull) return {};
    Adapter adapter;
    adapter.rank = options.lora.rank;
    for (const AdaptedLinear& one : network.adapted()) adapter.matrices.push_back(one.names);
    ARGOSY_CHECK_OK(ReadPeftAdapter(options.lora.start, adapter));
    const at::NoGradGuard no_gradients;
    for (size_t i = 0; i < adapter.matrices.size(); ++i) {
        const auto copy = [](at::Tensor to, const std::vector<float>& from) {
            to.copy_(at::tensor(at::ArrayRef<float>(from), at::kFloat).view(to.sizes()));
        };
        copy(network.adapted()[i].linear->lora_a, adapter.matrices[i].a);
        copy(network.adapted()[i].linear->lora_b, adapter.matrices[i].b);
    }
    return {};
}

bool HasFloatWeights(const ModelFile& model) {
    const TensorView* view = model.FindTensor("blk.0.ffn_down.weight");
    const DTypeTraits* traits = view == nullptr ? nullptr : FindDType(view->type);
    return traits != nullptr && traits->block_elements == 1;
}

template <typename Item, typename Make>
Result<TrainSummary> TrainOn(Network& network, const TrainOptions& options,
                             std::span<const Item> items, std::span<const Item> evaluation,
                             const Observer& observer, Make&& make) {
    if (items.empty()) return Err(ErrorCode::kInvalidArgument, "there is nothing to train on");
    ARGOSY_TRY(const auto training, make(network, options, items));
    std::unique_ptr<Objective> check;
    if (!evaluation.empty()) {
        auto made = make(network, options, evaluation);
        if (!made) return At("evaluation", std::move(made.error()));
        check = std::move(*made);
    }
    return TrainLoop(network, options, *training, check.get(), observer).Run();
}

}  // namespace

Trainer::Trainer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

Result<Trainer> Trainer::Create(std::unique_ptr<ModelFile> base, const TrainOptions& options) {
    ARGOSY_CHECK_OK(Validate(options));
    return Guarded([&]() -> Result<Trainer> {
        // libtorch's own choice is one thread where it cannot tell cores from hyper-threads.
        at::set_num_threads(options.threads > 0 ? options.threads : ReadSystemResources().cpus);
        if (options.method == Method::kQlora && HasFloatWeights(*base)) {
            ARGOSY_TRY(base,
                       QuantizeModel(std::move(base), options.lora.base_recipe, options.threads));
        }
        auto parts = std::make_unique<Parts>();
        parts->base = std::move(base);
        parts->options = options;
        ARGOSY_TRY(parts->network, Network::Load(*parts->base, parts->options));
        ARGOSY_CHECK_OK(StartFrom(options, *parts->network));
        return Trainer(std::move(parts));
    });
}

Result<TrainSummary> Trainer::Train(std::span<const Example> examples,
                                    std::span<const Example> evaluation, const Observer& observer) {
    return Guarded([&] {
        return TrainOn(*parts_->network, parts_->options, examples, evaluation, observer,
                       PredictTokens);
    });
}

Result<TrainSummary> Trainer::Train(std::span<const Pair> pairs, std::span<const Pair> evaluation,
                                    const Observer& observer) {
    return Guarded([&] {
        return TrainOn(*parts_->network, parts_->options, pairs, evaluation, observer,
                       BringPairsTogether);
    });
}

Result<double> Trainer::Evaluate(std::span<const Example> examples) {
    return Guarded([&]() -> Result<double> {
        ARGOSY_TRY(const auto objective,
                   PredictTokens(*parts_->network, parts_->options, examples));
        return MeanLoss(*objective, parts_->options);
    });
}

Result<double> Trainer::Evaluate(std::span<const Pair> pairs) {
    return Guarded([&]() -> Result<double> {
        ARGOSY_TRY(const auto objective,
                   BringPairsTogether(*parts_->network, parts_->options, pairs));
        return MeanLoss(*objective, parts_->options);
    });
}

Result<std::vector<float>> Trainer::Logits(std::span<const TokenId> tokens) {
    return Guarded([&]() -> Result<std::vector<float>> {
        const at::NoGradGuard no_gradients;
        const Network& network = *parts_->network;
        if (!network.has_head()) return Err(ErrorCode::kUnsupported, "an encoder has no logits");
        const Batch batch =
            MakeBatch({&tokens, 1}, network.architecture(), network.compute().device);
        return parts_->Floats(network.Logits(network.Forward(batch, false, 0, false)));
    });
}

Result<std::vector<float>> Trainer::Embedding(std::span<const TokenId> tokens) {
    return Guarded([&]() -> Result<std::vector<float>> {
        const at::NoGradGuard no_gradients;
        const Network& network = *parts_->network;
        const Batch batch =
            MakeBatch({&tokens, 1}, network.architecture(), network.compute().device);
        const Pooling asked = parts_->options.contrastive.pooling;
        return parts_->Floats(
            Pool(network.Forward(batch, false, 0, false), batch.rows, {&tokens, 1},
                 asked == Pooling::kModelDefault ? network.architecture().pooling : asked));
    });
}

int64_t Trainer::trained_parameters() const {
    int64_t count = 0;
    for (const Parameter& parameter : parts_->network->parameters()) {
        count += parameter.value.numel();
    }
    return count;
}

}  // namespace argosy::train
