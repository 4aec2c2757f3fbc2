// Chooses context and KV cache for the memory there is, or says why none would do.
#include "engine/memory_plan.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "engine/system_resources.h"

namespace argosy {
namespace {

/// The default cache holds one whole context, or this many sequences of this length.
constexpr int64_t kDefaultSequences = 4;
constexpr int64_t kDefaultSequenceTokens = 8192;
/// A context below this is not worth starting with; unless the model's own is.
constexpr int64_t kLeastContext = 512;
/// What other types take for each matrix element (their files' bits, rounded up a little).
struct SmallerType {
    const char* recipe;
    double bytes;
};
constexpr SmallerType kSmallerTypes[] = {{"q8_0", 1.07}, {"q4_k_m", 0.63}, {"q4_0", 0.58}};

std::string Thousands(int64_t n) {
    std::string digits = std::to_string(n);
    for (int64_t i = static_cast<int64_t>(digits.size()) - 3; i > 0; i -= 3) {
        digits.insert(static_cast<size_t>(i), ",");
    }
    return digits;
}

std::string UpperCase(std::string text) {
    for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

int64_t WholeBlocks(int64_t tokens) { return tokens / kKvBlockTokens * kKvBlockTokens; }
int64_t RoundUp(int64_t tokens) { return WholeBlocks(tokens + kKvBlockTokens - 1); }

/// Everything the decision is made of.
struct Case {
    const MemoryNeeds& needs;
    const EngineOptions& options;
    uint64_t available;
    uint64_t buffers;
    uint64_t kv_token;  // bytes

    uint64_t fixed() const { return needs.weights + buffers; }
    /// Bytes that the KV cache may take.
    uint64_t room() const { return available - std::min(available, fixed()); }
    int64_t TokensIn(uint64_t bytes, uint64_t token_bytes) const {
        const uint64_t tokens =
            std::min<uint64_t>(bytes / std::max<uint64_t>(token_bytes, 1), uint64_t{1} << 40);
        return WholeBlocks(static_cast<int64_t>(tokens));
    }
    int64_t LeastContext() const {
        if (options.context_length > 0) return options.context_length;
        return std::min(needs.trained_context, kLeastContext);
    }
    MemoryPlan Plan(int64_t context, int64_t tokens) const {
        MemoryPlan plan;
        plan.weights = needs.weights;
        plan.kv_cache = static_cast<uint64_t>(tokens) * kv_token;
        plan.buffers = buffers;
        plan.available = available;
        plan.context_length = static_cast<int32_t>(context);
        plan.kv_blocks = static_cast<int32_t>(tokens / kKvBlockTokens);
        plan.kv_type = options.kv_type;
        return plan;
    }
};

/// What somebody could do instead, each checked to fit.
std::vector<std::string> Remedies(const Case& c) {
    std::vector<std::string> remedies;
    const int64_t fitting = std::min(c.TokensIn(c.room(), c.kv_token), c.needs.trained_context);
    const int64_t wanted = c.LeastContext();
    if (c.needs.kv_heads > 0 && fitting >= kLeastContext && fitting < wanted) {
        remedies.push_back(fmt::format("a context of {} tokens", Thousands(fitting)));
    } else if (c.needs.kv_heads > 0 && fitting >= wanted && c.options.kv_cache_bytes > 0) {
        remedies.push_back(fmt::format("a KV cache of {}", FormatBytes(c.room())));
    }
    const auto q8_token = KvBytesPerToken(c.needs, "q8_0");
    if (c.needs.kv_heads > 0 && c.options.kv_type != "q8_0" && q8_token &&
        c.options.kv_cache_bytes == 0) {
        const int64_t tokens = c.TokensIn(c.room(), *q8_token);
        if (tokens >= wanted) {
            remedies.push_back(fmt::format("a KV cache of type q8_0 ({} for {} tokens)",
                                           FormatBytes(static_cast<uint64_t>(wanted) * *q8_token),
                                           Thousands(wanted)));
        }
    }
    const uint64_t kv = c.options.kv_cache_bytes > 0
                            ? c.options.kv_cache_bytes
                            : static_cast<uint64_t>(RoundUp(wanted)) * c.kv_token;
    for (const SmallerType& type : kSmallerTypes) {
        const auto bytes =
            static_cast<uint64_t>(static_cast<double>(c.needs.matrix_elements) * type.bytes);
        if (bytes >= c.needs.weights / 10 * 9 || bytes + kv + c.buffers > c.available) continue;
        remedies.push_back(
            fmt::format("weights in {} (about {})", type.recipe, FormatBytes(bytes)));
        break;
    }
    return remedies;
}

/// The refusal, with the plan that was wanted.
std::unexpected<Error> Refuse(const Case& c, const MemoryPlan& wanted) {
    std::string message = "does not fit in memory: " + wanted.ToString();
    const std::vector<std::string> remedies = Remedies(c);
    if (remedies.empty()) {
        const uint64_t least =
            c.fixed() + static_cast<uint64_t>(RoundUp(c.LeastContext())) * c.kv_token;
        message += fmt::format("; it needs a machine with {} free", FormatBytes(least));
    } else {
        message += "; what would fit: ";
        for (size_t i = 0; i < remedies.size(); ++i) {
            message += (i == 0 ? "" : ", or ") + remedies[i];
        }
    }
    return Err(ErrorCode::kResourceExhausted, "{}", message);
}

/// Tokens of the default cache: a whole context at least, a few sequences if there is room, never
/// more than half of the room unless the context itself asks for it.
int64_t DefaultTokens(const Case& c, int64_t context) {
    const int64_t few = std::min<int64_t>(c.options.max_running, kDefaultSequences) *
                        std::min(context, kDefaultSequenceTokens);
    const int64_t share = c.TokensIn(c.room() / 2, c.kv_token);
    return RoundUp(std::max(context, std::min(few, share)));
}

Result<MemoryPlan> PlanGivenCache(const Case& c) {
    const int64_t tokens = c.TokensIn(c.options.kv_cache_bytes, c.kv_token);
    const int64_t context = c.options.context_length > 0
                                ? c.options.context_length
                                : std::min(c.needs.trained_context, tokens);
    if (tokens < kKvBlockTokens || tokens < context) {
        return Err(ErrorCode::kInvalidArgument,
                   "a KV cache of {} holds {} tokens of {} each ({}), fewer than {}: give it {} or "
                   "leave its size open",
                   FormatBytes(c.options.kv_cache_bytes), Thousands(tokens),
                   FormatBytes(c.kv_token), UpperCase(c.options.kv_type),
                   context > 0 ? fmt::format("the context of {}", Thousands(context)) : "one block",
                   FormatBytes(static_cast<uint64_t>(RoundUp(std::max<int64_t>(context, 1))) *
                               c.kv_token));
    }
    MemoryPlan plan = c.Plan(context, tokens);
    if (plan.total() > c.available) return Refuse(c, plan);
    return plan;
}

Result<MemoryPlan> PlanOpenCache(const Case& c) {
    int64_t context = c.options.context_length;
    if (context == 0) {
        // As much of the model's own as half of the room holds; the least even if it takes all.
        const int64_t share = c.TokensIn(c.room() / 2, c.kv_token);
        context = std::min(c.needs.trained_context, std::max(share, c.LeastContext()));
    }
    MemoryPlan plan = c.Plan(context, DefaultTokens(c, context));
    if (plan.total() > c.available) return Refuse(c, plan);
    return plan;
}

Result<MemoryPlan> PlanWithoutCache(const Case& c) {
    const int64_t context =
        c.options.context_length > 0 ? c.options.context_length : c.needs.trained_context;
    MemoryPlan plan = c.Plan(context, 0);
    if (plan.total() > c.available) return Refuse(c, plan);
    return plan;
}

}  // namespace

uint64_t MemoryPlan::total() const { return weights + kv_cache + buffers; }

std::string MemoryPlan::ToString() const {
    std::string text = fmt::format("weights {}", FormatBytes(weights));
    if (kv_cache > 0) {
        text += fmt::format(" + KV cache {} ({} tokens of {})", FormatBytes(kv_cache),
                            Thousands(int64_t{kv_blocks} * kKvBlockTokens), UpperCase(kv_type));
    }
    return text + fmt::format(" + buffers {} = {} of {} free", FormatBytes(buffers),
                              FormatBytes(total()), FormatBytes(available));
}

Result<MemoryPlan> PlanMemory(const MemoryNeeds& needs, uint64_t available,
                              EngineOptions& options) {
    ARGOSY_TRY(const uint64_t kv_token, KvBytesPerToken(needs, options.kv_type));
    const Case c{needs, options, available, BufferBytes(needs, options), kv_token};
    ARGOSY_TRY(const MemoryPlan plan, needs.kv_heads == 0          ? PlanWithoutCache(c)
                                      : options.kv_cache_bytes > 0 ? PlanGivenCache(c)
                                                                   : PlanOpenCache(c));
    options.context_length = plan.context_length;
    options.kv_cache_bytes = plan.kv_cache;
    return plan;
}

Result<MemoryPlan> PlanMemory(const ModelFile& model, EngineOptions& options) {
    const SystemResources system = ReadSystemResources();
    if (options.threads == 0) options.threads = system.cpus;
    uint64_t available = system.available_bytes;
    if (options.memory_limit_bytes > 0) available = std::min(available, options.memory_limit_bytes);
    auto needs = MeasureModel(model);
    if (!needs) return At(model.path().string(), std::move(needs.error()));
    auto plan = PlanMemory(*needs, available, options);
    if (!plan) return At(model.path().filename().string(), std::move(plan.error()));
    return plan;
}

}  // namespace argosy
