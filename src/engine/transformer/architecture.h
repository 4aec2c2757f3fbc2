// What makes one transformer differ from another, as plain numbers and switches. The forward pass
// knows no architecture's name; adding one is a function of a few lines in architectures.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/runner.h"
#include "engine/transformer/rope.h"
#include "model/model_file.h"

namespace argosy {

enum class NormKind { kRms, kLayer };
enum class Activation { kSilu, kGeluTanh, kGeluErf };

struct Architecture {
    std::string name;
    int layers = 0;
    int width = 0;  // floats of the residual stream
    int heads = 0, kv_heads = 0, head_dim = 0;
    int feed_forward = 0;
    int vocabulary = 0;
    int context = 0;  // tokens

    /// Encoders see all of their input and normalise behind each part; decoders are causal and
    /// normalise in front.
    bool encoder = false;
    bool learned_positions = false;
    NormKind norm = NormKind::kRms;
    float norm_eps = 1e-5F;
    Activation activation = Activation::kSilu;

    RopeKind rope = RopeKind::kNone;
    RopeFrequencies global_rope;
    RopeFrequencies local_rope;  // of sliding layers; empty: as the others

    float embedding_scale = 1;
    float attention_scale = 0;
    float attention_softcap = 0, logit_softcap = 0;  // 0: none
    std::vector<int> windows;                        // of each layer, tokens; 0: sees everything
    Pooling pooling = Pooling::kLast;
    bool made_for_embeddings = false;

    int q_width() const { return heads * head_dim; }
    int kv_width() const { return kv_heads * head_dim; }
    int qkv_width() const { return q_width() + 2 * kv_width(); }
};

/// kUnsupported lists the architectures known; kCorrupt names the key. `context`: tokens that will
/// be used at most (0: the model's), which decides between LongRoPE's two sets of factors once and
/// for all, so that a token's place in a batch never does.
Result<Architecture> ReadArchitecture(const ModelFile& model, int64_t context = 0);

}  // namespace argosy
