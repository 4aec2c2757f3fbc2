// What a Trainer writes when it is done.
#include <cstring>

#include "model/convert.h"
#include "model/stored_model.h"
#include "train/adapter_files.h"
#include "train/module_names.h"
#include "train/torch/trainer_parts.h"

namespace argosy::train {

namespace {

Result<DType> AdapterType(const std::string& name) {
    const auto type = DTypeByName(name);
    if (type == DType::kF32 || type == DType::kBF16 || type == DType::kF16) return *type;
    return Err(ErrorCode::kInvalidArgument, "type \"{}\" of an adapter must be f32, bf16 or f16",
               name);
}

// W + alpha / rank * B A, on the network's device.
at::Tensor MergedWeight(const Linear& linear, Compute compute) {
    compute.type = at::kFloat;
    const at::Tensor change = at::mm(linear.lora_b.detach(), linear.lora_a.detach());
    return linear.matrix.Values(compute).add(change, linear.lora_scale);
}

void Replace(StoredModelParts& parts, const std::string& name, const std::vector<float>& values) {
    for (TensorView& tensor : parts.tensors) {
        if (tensor.name != name) continue;
        const size_t size = values.size() * sizeof(float);
        parts.buffers.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
        std::memcpy(parts.buffers.back().get(), values.data(), size);
        tensor.type = DType::kF32;
        tensor.bytes = {parts.buffers.back().get(), size};
    }
}

}  // namespace

Result<Adapter> Trainer::Parts::MakeAdapter() const {
    if (options.method == Method::kFull) {
        return Err(ErrorCode::kUnsupported,
                   "full training makes no adapter; export the merged model");
    }
    Adapter adapter;
    adapter.architecture = network->architecture().name;
    adapter.base_name = base->GetString("general.name").value_or(base->path().stem().string());
    adapter.rank = options.lora.rank;
    adapter.alpha = options.lora.alpha;
    adapter.dropout = options.lora.dropout;
    for (const AdaptedLinear& one : network->adapted()) {
        AdapterMatrices& matrices = adapter.matrices.emplace_back(one.names);
        matrices.a = Floats(one.linear->lora_a);
        matrices.b = Floats(one.linear->lora_b);
        const std::string target = one.names.peft_path.substr(one.names.peft_path.rfind('.') + 1);
        if (std::ranges::find(adapter.targets, target) == adapter.targets.end()) {
            adapter.targets.push_back(target);
        }
    }
    return adapter;
}

Result<void> Trainer::ExportPeft(const std::filesystem::path& folder,
                                 const std::string& type) const {
    ARGOSY_TRY(const DType stored, AdapterType(type));
    ARGOSY_TRY(const Adapter adapter, parts_->MakeAdapter());
    return WritePeftAdapter(adapter, folder, stored);
}

Result<void> Trainer::ExportGgufAdapter(const std::filesystem::path& path,
                                        const std::string& type) const {
    ARGOSY_TRY(const DType stored, AdapterType(type));
    ARGOSY_TRY(const Adapter adapter, parts_->MakeAdapter());
    return WriteGgufAdapter(adapter, path, stored);
}

Result<std::unique_ptr<ModelFile>> Trainer::Merged() const {
    const ModelFile& base = *parts_->base;
    const Network& network = *parts_->network;
    StoredModelParts parts;
    parts.path = base.path();
    for (const std::string& key : base.keys()) parts.metadata.emplace(key, *base.Find(key));
    parts.tensors = base.tensors();
    parts.base = parts_->base;
    for (const AdaptedLinear& one : network.adapted()) {
        Replace(parts, one.names.gguf_name,
                Parts::Floats(MergedWeight(*one.linear, network.compute())));
    }
    if (parts_->options.method == Method::kFull) {
        for (const Parameter& parameter : network.parameters()) {
            Replace(parts, parameter.name, Parts::Floats(parameter.value));
        }
    }
    return std::make_unique<StoredModel>(std::move(parts));
}

Result<void> Trainer::ExportMerged(const std::filesystem::path& path,
                                   const std::string& recipe) const {
    ARGOSY_TRY(const auto merged, Merged());
    ConvertOptions options;
    options.recipe = recipe;
    options.threads = parts_->options.threads;
    return ConvertModel(*merged, path, options);
}

}  // namespace argosy::train
