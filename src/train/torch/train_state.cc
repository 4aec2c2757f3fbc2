// The part of the loop that writes checkpoints and goes on from them.
#include <cmath>
#include <unordered_map>

#include "train/torch/train_loop.h"

namespace argosy::train {

std::vector<std::pair<std::string, at::Tensor>> TrainLoop::Tensors() {
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (size_t i = 0; i < network_.parameters().size(); ++i) {
        const Parameter& parameter = network_.parameters()[i];
        tensors.emplace_back(parameter.name, parameter.value.detach());
        tensors.emplace_back("first/" + parameter.name, optimizer_.first_moments()[i]);
        tensors.emplace_back("second/" + parameter.name, optimizer_.second_moments()[i]);
        if (!best_values_.empty()) {
            tensors.emplace_back("best/" + parameter.name, best_values_[i]);
        }
    }
    return tensors;
}

json::object TrainLoop::RunIdentity() const {
    json::object identity = Identity(options_);
    identity["data"] = training_.Fingerprint();
    return identity;
}

json::object TrainLoop::State() const {
    json::object state = {{"step", step_},
                          {"total", total_},
                          {"last_loss", last_loss_},
                          {"without_better", without_better_},
                          {"ended_early", ending_ == Ending::kEarly},
                          {"has_best_values", !best_values_.empty()},
                          {"run", RunIdentity()}};
    if (std::isfinite(best_)) state["best"] = best_;
    return state;
}

Result<void> TrainLoop::Save() {
    const CheckpointOptions& options = options_.checkpoint;
    saved_ = step_;
    if (options.folder.empty()) return {};
    std::vector<at::Tensor> held;  // copies from another device live until all is written
    std::vector<NamedFloats> floats;
    for (const auto& [name, tensor] : Tensors()) {
        held.push_back(tensor.to(at::kCPU).contiguous());
        floats.push_back(
            {name, {held.back().data_ptr<float>(), static_cast<size_t>(held.back().numel())}});
    }
    ARGOSY_TRY(const auto path,
               WriteCheckpoint(options.folder, step_, State(), floats, options.keep));
    if (observer_.checkpoint) observer_.checkpoint(path);
    return {};
}

Result<void> TrainLoop::Resume() {
    ARGOSY_TRY(const auto loaded, ReadNewestCheckpoint(options_.checkpoint.folder));
    if (!loaded) return {};
    auto restored = Restore(*loaded);
    if (!restored) return At(loaded->path.string(), std::move(restored.error()));
    return {};
}

Result<void> TrainLoop::Restore(const LoadedCheckpoint& loaded) {
    const json::object& state = loaded.state;
    const auto number = [&](const char* key) {
        const json::value* value = state.if_contains(key);
        return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
    };
    const auto flag = [&](const char* key) {
        const json::value* value = state.if_contains(key);
        return value != nullptr && value->is_bool() && value->get_bool();
    };
    const json::value* run = state.if_contains("run");
    // Numbers have been text since, so both are compared as text.
    const std::string mine = json::serialize(RunIdentity());
    if (run == nullptr || json::serialize(*run) != mine) {
        return Err(ErrorCode::kInvalidArgument,
                   "it is of another run: its options or data are {}, these are {}",
                   run == nullptr ? "missing" : json::serialize(*run), mine);
    }
    if (flag("has_best_values")) KeepBest();  // makes room
    std::unordered_map<std::string_view, const std::vector<float>*> by_name;
    for (const auto& [name, values] : loaded.tensors) by_name[name] = &values;
    for (auto& [name, tensor] : Tensors()) {
        const auto found = by_name.find(name);
        if (found == by_name.end() || std::ssize(*found->second) != tensor.numel()) {
            return Err(ErrorCode::kCorrupt, "tensor {} is missing or not of {} floats", name,
                       tensor.numel());
        }
        tensor.copy_(
            at::tensor(at::ArrayRef<float>(*found->second), at::kFloat).view(tensor.sizes()));
    }
    step_ = saved_ = static_cast<int64_t>(number("step"));
    last_loss_ = number("last_loss");
    without_better_ = static_cast<int>(number("without_better"));
    if (state.contains("best")) best_ = number("best");
    if (flag("ended_early")) {
        ended_ = true;
        ending_ = Ending::kEarly;
    }
    return {};
}

}  // namespace argosy::train
