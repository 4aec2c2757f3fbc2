// What a model of an architecture consists of, for MakeModel: its metadata and its tensors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/make_model.h"
#include "model/stored_model.h"

namespace argosy {

struct ModelShape {
    std::string architecture;
    int64_t layers = 0, width = 0, heads = 0, kv_heads = 0, head_size = 0, feed_forward = 0;
    int64_t vocabulary = 0, context = 0;
};

/// The preset's shape with the options' sizes; checked. Error kInvalidArgument.
Result<ModelShape> ChooseShape(const MakeModelOptions& options);

/// The architecture's own keys and general.architecture, .name.
Metadata ShapeMetadata(const ModelShape& shape);

/// How a tensor's random values are distributed: normal with this mean and deviation.
struct RandomTensor {
    TensorView view;  // type F32, no bytes
    float mean = 0, deviation = 0;
};
std::vector<RandomTensor> ShapeTensors(const ModelShape& shape);

}  // namespace argosy
