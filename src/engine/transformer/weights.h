// A model's tensors ready for the forward pass. Immutable after loading.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "engine/kernels/weight.h"
#include "engine/transformer/architecture.h"

namespace argosy {

/// y = W x + b; `bias` may be empty.
struct Linear {
    Weight weight;
    std::vector<float> bias;
    bool present() const { return weight.out() > 0; }
};

/// `weight` empty: there is no such norm.
struct Norm {
    std::vector<float> weight, bias;
    bool present() const { return !weight.empty(); }
};

struct LayerWeights {
    Linear qkv;  // where the file has them in one, else:
    Linear q, k, v;
    Linear output;
    Linear gate_up;   // where the file has them in one, else:
    Linear gate, up;  // gate is absent where the feed-forward has none
    Linear down;
    Norm attention_norm, feed_forward_norm;  // in front of a part; behind it in encoders
    Norm attention_post_norm, feed_forward_post_norm;
    Norm q_norm, k_norm;  // of each head
};

struct ModelWeights {
    std::vector<LayerWeights> layers;
    TensorView embedding;                       // rows are looked up in the file
    std::vector<float> positions, token_types;  // [count][width]; encoders
    Norm embedding_norm, output_norm;
    Linear head;                // logits
    Linear pooler, classifier;  // of rerankers
    uint64_t bytes = 0;         // that one forward pass of one token reads
    uint64_t products = 0;      // multiply-adds of a token with all of these matrices
};

/// kCorrupt names the tensor and both shapes.
Result<ModelWeights> LoadWeights(const ModelFile& model, const Architecture& a, ThreadPool& pool);

}  // namespace argosy
