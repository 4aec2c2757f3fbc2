// What a Trainer is made of. For the sources of this folder.
#pragma once

#include <memory>
#include <vector>

#include "train/torch/network.h"
#include "train/trainer.h"

namespace argosy::train {

struct Trainer::Parts {
    std::shared_ptr<const ModelFile> base;
    TrainOptions options;
    std::unique_ptr<Network> network;

    Result<Adapter> MakeAdapter() const;

    static std::vector<float> Floats(const at::Tensor& tensor) {
        const at::Tensor values = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
        return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
    }
};

}  // namespace argosy::train
