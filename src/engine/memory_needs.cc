#include "engine/memory_needs.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "engine/kernels/attention.h"
#include "engine/kernels/weight_pack.h"

namespace argosy {
namespace {

/// Binary, libraries, thread stacks, the server's own tables.
constexpr uint64_t kProcessBytes = uint64_t{24} << 20;
/// A token's text, its place in the vocabulary's hash table and its merge.
constexpr uint64_t kTokenizerBytesPerToken = 256;
/// Rows of logits beside one per sequence: a prompt whose log-probabilities are asked for.
constexpr int64_t kPromptLogitRows = 32;

bool IsLookUp(std::string_view name, bool has_output) {
    if (name == "token_embd.weight") return has_output;  // else it is the output matrix too
    return name == "position_embd.weight" || name == "token_types.weight";
}

/// Bytes that the weight takes in memory once the kernels can use it.
uint64_t ResidentBytes(const TensorView& tensor) {
    const size_t panel = PanelBytes(LayoutOf(tensor.type), tensor.columns());
    if (panel == 0) return tensor.bytes.size();
    const auto rows = static_cast<uint64_t>(tensor.rows());
    return (rows + kPanel - 1) / kPanel * panel;
}

/// A size given once, or for each layer; the sum of the layers.
int64_t SumOverLayers(const ModelFile& model, const std::string& key, int64_t layers,
                      int64_t otherwise) {
    const MetaValue* value = model.Find(key);
    if (value != nullptr && std::holds_alternative<MetaArray>(*value)) {
        const auto* sizes = std::get_if<std::vector<int64_t>>(&std::get<MetaArray>(*value));
        if (sizes != nullptr) return std::accumulate(sizes->begin(), sizes->end(), int64_t{0});
    }
    return layers * model.GetInt(key).value_or(otherwise);
}

int64_t LargestOverLayers(const ModelFile& model, const std::string& key, int64_t otherwise) {
    const MetaValue* value = model.Find(key);
    if (value != nullptr && std::holds_alternative<MetaArray>(*value)) {
        const auto* sizes = std::get_if<std::vector<int64_t>>(&std::get<MetaArray>(*value));
        if (sizes != nullptr && !sizes->empty()) {
            return *std::max_element(sizes->begin(), sizes->end());
        }
    }
    return model.GetInt(key).value_or(otherwise);
}

Result<int64_t> RequireSize(const ModelFile& model, const std::string& key, int64_t most) {
    ARGOSY_TRY(const int64_t value, model.RequireInt(key));
    if (value >= 1 && value <= most) return value;
    return Err(ErrorCode::kCorrupt, "{} is {}, must be from 1 to {}", key, value, most);
}

void MeasureWeights(const ModelFile& model, MemoryNeeds& needs) {
    const bool encoder = needs.vocabulary == 0;
    const bool has_output = encoder || model.FindTensor("output.weight") != nullptr;
    for (const TensorView& tensor : model.tensors()) {
        if (IsLookUp(tensor.name, has_output)) continue;
        needs.weights += ResidentBytes(tensor);
        if (tensor.rows() > 1) needs.matrix_elements += static_cast<uint64_t>(tensor.elements());
    }
}

}  // namespace

Result<MemoryNeeds> MeasureModel(const ModelFile& model) {
    ARGOSY_TRY(const std::string architecture, model.RequireString("general.architecture"));
    const auto key = [&architecture](std::string_view name) {
        return architecture + "." + std::string(name);
    };
    constexpr int64_t kMost = int64_t{1} << 24;
    MemoryNeeds needs;
    ARGOSY_TRY(needs.layers, RequireSize(model, key("block_count"), 1 << 16));
    ARGOSY_TRY(needs.width, RequireSize(model, key("embedding_length"), kMost));
    ARGOSY_TRY(needs.trained_context, RequireSize(model, key("context_length"), INT32_MAX));
    needs.heads = std::max<int64_t>(1, LargestOverLayers(model, key("attention.head_count"), 1));
    const int64_t head_dim = needs.width / needs.heads;
    needs.key_dim = model.GetInt(key("attention.key_length")).value_or(head_dim);
    needs.value_dim = model.GetInt(key("attention.value_length")).value_or(needs.key_dim);
    if (needs.key_dim < 1 || needs.key_dim > kMost || needs.value_dim < 1 ||
        needs.value_dim > kMost) {
        return Err(ErrorCode::kCorrupt, "heads of {} and {} elements in {}", needs.key_dim,
                   needs.value_dim, key("attention.key_length"));
    }
    needs.feed_forward = LargestOverLayers(model, key("feed_forward_length"), 4 * needs.width);
    const bool encoder = architecture.find("bert") != std::string::npos;
    if (!encoder) {
        needs.kv_heads =
            SumOverLayers(model, key("attention.head_count_kv"), needs.layers, needs.heads);
        const TensorView* embeddings = model.FindTensor("token_embd.weight");
        if (embeddings != nullptr) needs.vocabulary = embeddings->rows();
    }
    if (needs.kv_heads < 0 || needs.kv_heads > kMost) {
        return Err(ErrorCode::kCorrupt, "{} heads in {}", needs.kv_heads,
                   key("attention.head_count_kv"));
    }
    MeasureWeights(model, needs);
    return needs;
}

Result<uint64_t> KvBytesPerToken(const MemoryNeeds& needs, const std::string& kv_type) {
    KvType type = KvType::kF16;
    if (kv_type == "f32") {
        type = KvType::kF32;
    } else if (kv_type == "q8_0") {
        type = KvType::kQ8_0;
    } else if (kv_type != "f16") {
        return Err(ErrorCode::kInvalidArgument, "KV type \"{}\": must be f16, q8_0 or f32",
                   kv_type);
    }
    if (type == KvType::kQ8_0 && (needs.key_dim % 32 != 0 || needs.value_dim % 32 != 0)) {
        return Err(ErrorCode::kInvalidArgument,
                   "KV type q8_0 needs heads of whole blocks of 32 elements, this model's have {}: "
                   "use f16",
                   needs.key_dim % 32 != 0 ? needs.key_dim : needs.value_dim);
    }
    return static_cast<uint64_t>(needs.kv_heads) *
           (KvRowBytes(type, static_cast<int>(needs.key_dim)) +
            KvRowBytes(type, static_cast<int>(needs.value_dim)));
}

uint64_t BufferBytes(const MemoryNeeds& needs, const EngineOptions& options) {
    const int64_t tokens = std::max(options.max_batch_tokens, 1);
    const int64_t kv_heads = needs.kv_heads > 0 ? needs.kv_heads / needs.layers : needs.heads;
    // A row of each: the residual and three of its kind; q and attention's output; k and v; gate,
    // up and their product. Then the matrix product's int8 copy of its widest input.
    const int64_t row = 4 * needs.width + 2 * needs.heads * needs.key_dim +
                        kv_heads * (needs.key_dim + needs.value_dim) + 3 * needs.feed_forward;
    const int64_t widest = std::max({needs.width, needs.feed_forward, needs.heads * needs.key_dim});
    const int64_t activations = tokens * (row * 4 + widest * 5 / 4);

    const int64_t drafted = std::max(options.speculative_ngram,
                                     options.draft_model.empty() ? 0 : options.speculative_tokens);
    const int64_t sampled = int64_t{std::max(options.max_running, 1)} * (1 + drafted);
    const int64_t logit_rows = std::min(tokens, sampled + kPromptLogitRows);
    const int64_t logits = logit_rows * needs.vocabulary * 4;

    // Attention: 48 rows of queries, two sums of outputs, 32 keys and values for each thread.
    const int64_t threads = std::max(options.threads, 1);
    const int64_t scratch = threads * needs.key_dim * 4 * (3 * 48 + 3 * 32);
    return kProcessBytes + static_cast<uint64_t>(activations + logits + scratch) +
           static_cast<uint64_t>(needs.vocabulary) * kTokenizerBytesPerToken;
}

}  // namespace argosy
