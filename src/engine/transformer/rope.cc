#include "engine/transformer/rope.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace argosy {

namespace {

// Dimension whose wavelength turns `rotations` times in the trained context (YaRN, appendix A).
double CorrectionDim(double rotations, int dims, double base, double context) {
    return dims * std::log(context / (rotations * 2 * std::numbers::pi)) / (2 * std::log(base));
}

void ScaleByYarn(const ModelFile& model, const std::string& prefix, double base, double factor,
                 RopeFrequencies& rope) {
    const auto number = [&](const char* key, double fallback) {
        return model.GetFloat(prefix + "rope.scaling." + key).value_or(fallback);
    };
    const double context = number("original_context_length", 4096);
    const int dims = rope.rotary_dim();
    double low = std::floor(CorrectionDim(number("yarn_beta_fast", 32), dims, base, context));
    double high = std::ceil(CorrectionDim(number("yarn_beta_slow", 1), dims, base, context));
    low = std::max(low, 0.0);
    high = std::min(high, static_cast<double>(dims - 1));
    if (low == high) high += 0.001;
    for (size_t i = 0; i < rope.inverse.size(); ++i) {
        const double ramp = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
        const double plain = rope.inverse[i];
        rope.inverse[i] = static_cast<float>(plain / factor * ramp + plain * (1 - ramp));
    }
    const double magnitude = factor > 1 ? 0.1 * std::log(factor) + 1 : 1;
    rope.magnitude = static_cast<float>(number("yarn_attn_factor", magnitude));
}

Result<void> DivideBy(const ModelFile& model, const char* tensor, RopeFrequencies& rope) {
    const TensorView* view = model.FindTensor(tensor);
    if (view == nullptr) return {};
    if (view->type != DType::kF32 ||
        view->elements() != static_cast<int64_t>(rope.inverse.size())) {
        return At(tensor, {ErrorCode::kCorrupt,
                           fmt::format("expected {} numbers of F32, got {}", rope.inverse.size(),
                                       view->elements()),
                           {}});
    }
    std::vector<float> divisors(rope.inverse.size());
    std::memcpy(divisors.data(), view->bytes.data(), view->bytes.size());
    for (size_t i = 0; i < divisors.size(); ++i) rope.inverse[i] /= divisors[i];
    return {};
}

}  // namespace

void RopeFrequencies::Fill(int64_t position, float* cos, float* sin) const {
    for (size_t i = 0; i < inverse.size(); ++i) {
        const float angle = static_cast<float>(position) * inverse[i];
        cos[i] = std::cos(angle) * magnitude;
        sin[i] = std::sin(angle) * magnitude;
    }
}

RopeFrequencies PlainRope(int rotary_dim, double base) {
    RopeFrequencies rope;
    for (int i = 0; i < rotary_dim; i += 2) {
        rope.inverse.push_back(
            static_cast<float>(std::pow(base, -static_cast<double>(i) / rotary_dim)));
    }
    return rope;
}

Result<RopeFrequencies> ReadRope(const ModelFile& model, const std::string& prefix, int head_dim,
                                 int64_t context) {
    const double base = model.GetFloat(prefix + "rope.freq_base").value_or(10000.0);
    const int64_t dims = model.GetInt(prefix + "rope.dimension_count").value_or(head_dim);
    if (dims < 2 || dims > head_dim || dims % 2 != 0 || !(base > 0)) {
        return Err(ErrorCode::kCorrupt,
                   "{}rope.dimension_count is {}, must be even and at most {}; freq_base is {}",
                   prefix, dims, head_dim, base);
    }
    RopeFrequencies rope = PlainRope(static_cast<int>(dims), base);
    const std::string type = model.GetString(prefix + "rope.scaling.type").value_or("none");
    double factor = model.GetFloat(prefix + "rope.scaling.factor").value_or(1.0);
    if (!(factor > 0)) factor = 1;
    if (type == "linear") {
        for (float& inverse : rope.inverse) inverse /= static_cast<float>(factor);
    } else if (type == "yarn") {
        ScaleByYarn(model, prefix, base, factor, rope);
    }
    ARGOSY_CHECK_OK(DivideBy(model, "rope_freqs.weight", rope));
    const auto original = model.GetInt(prefix + "rope.scaling.original_context_length");
    const bool is_long = original && context > *original;
    ARGOSY_CHECK_OK(
        DivideBy(model, is_long ? "rope_factors_long.weight" : "rope_factors_short.weight", rope));
    if (const auto magnitude = model.GetFloat(prefix + "rope.scaling.attn_factor")) {
        rope.magnitude = static_cast<float>(*magnitude);
    }
    return rope;
}

}  // namespace argosy
