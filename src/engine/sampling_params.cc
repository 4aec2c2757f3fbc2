#include "engine/sampling_params.h"

#include <cmath>

namespace argosy {
namespace {

constexpr int32_t kMaxChoices = 128;
constexpr int32_t kMaxLogprobs = 64;
constexpr size_t kMaxStops = 64;
constexpr size_t kMaxStopBytes = 4096;

Result<void> InRange(const char* name, float value, float low, float high) {
    if (value >= low && value <= high) return {};  // false for NaN
    return Err(ErrorCode::kInvalidArgument, "{} is {}, must be between {} and {}", name, value, low,
               high);
}

Result<void> AboveZero(const char* name, float value, float high) {
    if (value > 0 && value <= high) return {};
    return Err(ErrorCode::kInvalidArgument, "{} is {}, must be above 0 and at most {}", name, value,
               high);
}

Result<void> InRange(const char* name, int32_t value, int32_t low, int32_t high) {
    if (value >= low && value <= high) return {};
    return Err(ErrorCode::kInvalidArgument, "{} is {}, must be between {} and {}", name, value, low,
               high);
}

Result<void> ValidateStops(const SamplingParams& params, int32_t vocab_size) {
    if (params.stop.size() > kMaxStops) {
        return Err(ErrorCode::kInvalidArgument, "stop has {} strings, at most {} are allowed",
                   params.stop.size(), kMaxStops);
    }
    for (const std::string& stop : params.stop) {
        if (stop.empty()) {
            return Err(ErrorCode::kInvalidArgument, "stop has an empty string");
        }
        if (stop.size() > kMaxStopBytes) {
            return Err(ErrorCode::kInvalidArgument,
                       "a stop string has {} bytes, at most {} are allowed", stop.size(),
                       kMaxStopBytes);
        }
    }
    for (TokenId token : params.stop_token_ids) {
        ARGOSY_CHECK_OK(InRange("stop_token_ids: a token", token, 0, vocab_size - 1));
    }
    return {};
}

Result<void> ValidateCounts(const SamplingParams& params) {
    ARGOSY_CHECK_OK(InRange("n", params.n, 1, kMaxChoices));
    ARGOSY_CHECK_OK(InRange("best_of", params.best_of, 1, kMaxChoices));
    if (params.best_of != 1 && params.best_of < params.n) {
        return Err(ErrorCode::kInvalidArgument, "best_of is {}, must be at least n, which is {}",
                   params.best_of, params.n);
    }
    if (params.max_tokens < -1) {
        return Err(ErrorCode::kInvalidArgument,
                   "max_tokens is {}, must be at least 0 (or -1: up to the context length)",
                   params.max_tokens);
    }
    if (params.min_tokens < 0 ||
        (params.max_tokens >= 0 && params.min_tokens > params.max_tokens)) {
        return Err(ErrorCode::kInvalidArgument,
                   "min_tokens is {}, must be between 0 and max_tokens ({})", params.min_tokens,
                   params.max_tokens);
    }
    ARGOSY_CHECK_OK(InRange("logprobs", params.logprobs, -1, kMaxLogprobs));
    return InRange("prompt_logprobs", params.prompt_logprobs, -1, kMaxLogprobs);
}

}  // namespace

Result<void> SamplingParams::Validate(int32_t vocab_size) const {
    ARGOSY_CHECK_OK(InRange("temperature", temperature, 0.0F, 100.0F));
    if (top_k < -1) {
        return Err(ErrorCode::kInvalidArgument, "top_k is {}, must be at least 1 (0 or -1: off)",
                   top_k);
    }
    ARGOSY_CHECK_OK(AboveZero("top_p", top_p, 1.0F));
    ARGOSY_CHECK_OK(InRange("min_p", min_p, 0.0F, 1.0F));
    ARGOSY_CHECK_OK(AboveZero("typical_p", typical_p, 1.0F));
    ARGOSY_CHECK_OK(AboveZero("repetition_penalty", repetition_penalty, 100.0F));
    ARGOSY_CHECK_OK(InRange("presence_penalty", presence_penalty, -2.0F, 2.0F));
    ARGOSY_CHECK_OK(InRange("frequency_penalty", frequency_penalty, -2.0F, 2.0F));
    for (const auto& [token, bias] : logit_bias) {
        ARGOSY_CHECK_OK(InRange("logit_bias: a token", token, 0, vocab_size - 1));
        ARGOSY_CHECK_OK(InRange("logit_bias: a bias", bias, -100.0F, 100.0F));
    }
    ARGOSY_CHECK_OK(ValidateCounts(*this));
    return ValidateStops(*this, vocab_size);
}

}  // namespace argosy
