#include "engine/lora.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/json.h"
#include "base/mapped_file.h"
#include "engine/kernels/ops.h"
#include "engine/transformer/architecture.h"
#include "model/hf_names.h"
#include "model/model_file.h"
#include "model/quantize.h"
#include "model/safetensors.h"
#include "model/text_file.h"

namespace argosy {

namespace {

constexpr std::array<const char*, kProjections> kNames = {
    "attn_qkv", "attn_q",   "attn_k", "attn_v",  "attn_output",
    "ffn_up",   "ffn_gate", "ffn_up", "ffn_down"};  // by Projection; ffn_up fused or not

struct Place {
    size_t layer = 0;
    Projection projection = Projection::kQ;
    int64_t in = 0, out = 0;
};

// Where "blk.3.attn_q.weight" is, with its shape from the base model.
std::optional<Place> FindPlace(std::string_view name, const ModelFile& base,
                               const Architecture& a) {
    const TensorView* view = base.FindTensor(name);
    if (view == nullptr || !name.starts_with("blk.")) return std::nullopt;
    const std::string text(name.substr(4));
    Place place{static_cast<size_t>(std::stoul(text)), Projection::kQ, view->columns(),
                view->rows()};
    const std::string part = text.substr(text.find('.') + 1);
    for (size_t i = 0; i < kProjections; ++i) {
        if (part != std::string(kNames[i]) + ".weight") continue;
        place.projection = static_cast<Projection>(i);
        const bool fused = view->rows() == 2 * int64_t{a.feed_forward};
        if (part == "ffn_up.weight" && !fused) place.projection = Projection::kUp;
        return place;
    }
    return std::nullopt;
}

// One of the two matrices as its file has it.
struct Matrix {
    std::vector<float> data;
    int64_t columns = 0, rows = 0;
};

struct Pair {
    Matrix a, b;
    float scale = 1;
};

Result<Matrix> ReadMatrix(const std::string& name, DType type, std::span<const std::byte> bytes,
                          int64_t columns, int64_t rows) {
    Matrix matrix{std::vector<float>(static_cast<size_t>(columns * rows)), columns, rows};
    auto done = DequantizeRow(type, bytes, matrix.data);
    if (!done) return At(name, std::move(done.error()));
    return matrix;
}

// As InterleaveHeads does with the base's rows (hf_model.cc): GGUF's llama rotates neighbours.
void InterleaveHeads(Matrix& matrix, int64_t heads) {
    const int64_t size = matrix.rows / heads;
    std::vector<float> out(matrix.data.size());
    for (int64_t row = 0; row < matrix.rows; ++row) {
        const int64_t head = row / size, in_head = row % size;
        const int64_t to = head * size + in_head % (size / 2) * 2 + in_head / (size / 2);
        std::copy_n(matrix.data.data() + row * matrix.columns, matrix.columns,
                    out.data() + to * matrix.columns);
    }
    matrix.data = std::move(out);
}

using Pairs = std::map<std::string, Pair>;  // by the base tensor's GGUF name

struct PeftConfig {
    double alpha = 8, rank = 8;
    bool rank_stabilised = false;
    json::object alpha_pattern, rank_pattern;

    // Patterns name modules by the end of their path, or by a regular expression; the former is
    // what PEFT writes.
    static double Override(const json::object& pattern, std::string_view module, double usual) {
        for (const auto& [key, value] : pattern) {
            if (module.ends_with(std::string_view(key)) && value.is_number()) {
                return value.to_number<double>();
            }
        }
        return usual;
    }
    float Scale(std::string_view module) const {
        const double r = Override(rank_pattern, module, rank);
        const double a = Override(alpha_pattern, module, alpha);
        return static_cast<float>(a / (rank_stabilised ? std::sqrt(r) : r));
    }
};

Result<PeftConfig> ReadPeftConfig(const std::filesystem::path& folder) {
    ARGOSY_TRY(const json::object fields, ReadJsonObject(folder / "adapter_config.json"));
    PeftConfig config;
    const auto flag = [&](const char* name) {
        const json::value* value = fields.if_contains(name);
        return value != nullptr && value->is_bool() && value->as_bool();
    };
    const auto number = [&](const char* name, double& out) {
        const json::value* value = fields.if_contains(name);
        if (value != nullptr && value->is_number()) out = value->to_number<double>();
    };
    if (flag("use_dora")) {
        return At(
            (folder / "adapter_config.json").string(),
            {ErrorCode::kUnsupported, "use_dora is true: DoRA adapters are not supported", {}});
    }
    config.rank_stabilised = flag("use_rslora");
    number("r", config.rank);
    number("lora_alpha", config.alpha);
    if (!(config.rank > 0)) {
        return At((folder / "adapter_config.json").string(),
                  {ErrorCode::kCorrupt, fmt::format("r is {}, must be positive", config.rank), {}});
    }
    const auto pattern = [&](const char* name, json::object& out) {
        const json::value* value = fields.if_contains(name);
        if (value != nullptr && value->is_object()) out = value->as_object();
    };
    pattern("alpha_pattern", config.alpha_pattern);
    pattern("rank_pattern", config.rank_pattern);
    return config;
}

// "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight" into module and which matrix.
bool SplitPeftName(std::string_view name, std::string& module, bool& is_a) {
    constexpr std::string_view kPrefix = "base_model.model.";
    if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
    for (const auto& [ending, first] : {std::pair{std::string_view(".lora_A.weight"), true},
                                        {".lora_B.weight", false},
                                        {".lora_A.default.weight", true},
                                        {".lora_B.default.weight", false}}) {
        if (!name.ends_with(ending)) continue;
        module = name.substr(0, name.size() - ending.size());
        is_a = first;
        return true;
    }
    return false;
}

Result<Pairs> ReadPeft(const std::filesystem::path& folder, const Architecture& a) {
    ARGOSY_TRY(const PeftConfig config, ReadPeftConfig(folder));
    ARGOSY_TRY(const auto file, MappedFile::Open(folder / "adapter_model.safetensors"));
    ARGOSY_TRY(const auto tensors, ParseSafetensors(file.bytes()));
    Pairs pairs;
    for (const Safetensor& tensor : tensors) {
        std::string module;
        bool is_a = false;
        const auto gguf = SplitPeftName(tensor.name, module, is_a)
                              ? GgufTensorName(a.name, module + ".weight", false)
                              : std::nullopt;
        if (!gguf || gguf->empty() || !tensor.type || tensor.shape.size() != 2) {
            return At(
                tensor.name,
                {ErrorCode::kUnsupported, "not a LoRA matrix of a projection of this model", {}});
        }
        ARGOSY_TRY(Matrix matrix, ReadMatrix(tensor.name, *tensor.type, tensor.bytes,
                                             tensor.shape[1], tensor.shape[0]));
        Pair& pair = pairs[*gguf];
        pair.scale = config.Scale(module);
        const bool q = gguf->ends_with("attn_q.weight"), k = gguf->ends_with("attn_k.weight");
        const int heads = q ? a.heads : a.kv_heads;
        if (!is_a && a.rope == RopeKind::kInterleaved && (q || k) &&
            matrix.rows % (2 * int64_t{heads}) == 0) {
            InterleaveHeads(matrix, heads);
        }
        (is_a ? pair.a : pair.b) = std::move(matrix);
    }
    return pairs;
}

Result<Pairs> ReadGguf(const std::filesystem::path& path) {
    ARGOSY_TRY(const auto file, OpenModel(path));
    const double alpha = file->GetFloat("adapter.lora.alpha").value_or(0);
    Pairs pairs;
    for (const TensorView& view : file->tensors()) {
        const bool is_a = view.name.ends_with(".lora_a");
        if (!is_a && !view.name.ends_with(".lora_b")) {
            return At(view.name, {ErrorCode::kUnsupported, "not a LoRA matrix", {}});
        }
        ARGOSY_TRY(Matrix matrix,
                   ReadMatrix(view.name, view.type, view.bytes, view.columns(), view.rows()));
        Pair& pair = pairs[view.name.substr(0, view.name.size() - 7)];
        // Without alpha the scale is 1, as llama.cpp has it.
        if (is_a && alpha > 0) pair.scale = static_cast<float>(alpha / double(matrix.rows));
        (is_a ? pair.a : pair.b) = std::move(matrix);
    }
    return pairs;
}

}  // namespace

class LoraLoader {
  public:
    static Result<std::shared_ptr<const LoraAdapter>> Build(Pairs pairs, const ModelFile& base,
                                                            const Architecture& a) {
        auto adapter = std::make_shared<LoraAdapter>();
        adapter->layers_.resize(static_cast<size_t>(a.layers));
        ThreadPool alone(1);
        for (auto& [name, pair] : pairs) {
            const auto place = FindPlace(name, base, a);
            if (!place || place->layer >= adapter->layers_.size()) {
                return At(name, {ErrorCode::kUnsupported,
                                 "the model has no such projection that an adapter can change",
                                 {}});
            }
            if (pair.a.columns != place->in || pair.b.rows != place->out ||
                pair.a.rows != pair.b.columns || pair.a.rows < 1) {
                return At(name,
                          {ErrorCode::kCorrupt,
                           fmt::format("lora_A is {} x {} and lora_B {} x {}, but the model's "
                                       "matrix is {} x {}",
                                       pair.a.rows, pair.a.columns, pair.b.rows, pair.b.columns,
                                       place->out, place->in),
                           {}});
            }
            auto& delta = adapter->layers_[place->layer][static_cast<size_t>(place->projection)];
            delta.scale = pair.scale;
            delta.a_data = std::move(pair.a.data);
            delta.b_data = std::move(pair.b.data);
            const int64_t rank = pair.a.rows;
            ARGOSY_TRY(delta.a, MakeWeight(delta.a_data, place->in, rank, alone));
            ARGOSY_TRY(delta.b, MakeWeight(delta.b_data, rank, place->out, alone));
            adapter->rank_ = std::max(adapter->rank_, static_cast<int>(rank));
        }
        return adapter;
    }

  private:
    static Result<Weight> MakeWeight(const std::vector<float>& data, int64_t in, int64_t out,
                                     ThreadPool& pool) {
        const TensorView view{"lora", DType::kF32, {in, out, 1, 1}, std::as_bytes(std::span(data))};
        return Weight::Make(view, pool);
    }
};

Result<std::shared_ptr<const LoraAdapter>> LoraAdapter::Load(const std::filesystem::path& path,
                                                             const ModelFile& base,
                                                             const Architecture& architecture) {
    std::error_code ec;
    if (!std::filesystem::exists(path, ec)) {
        return Err(ErrorCode::kNotFound, "there is no adapter at {}", path.string());
    }
    auto pairs =
        std::filesystem::is_directory(path, ec) ? ReadPeft(path, architecture) : ReadGguf(path);
    if (!pairs) return At(path.string(), std::move(pairs.error()));
    auto adapter = LoraLoader::Build(std::move(*pairs), base, architecture);
    if (!adapter) return At(path.string(), std::move(adapter.error()));
    return adapter;
}

void LoraAdapter::Apply(size_t layer, Projection projection, ThreadPool& pool, const float* x,
                        int64_t ldx, int m, float* y, int64_t ldy, Workspace& workspace,
                        std::vector<float>& scratch) const {
    const Delta& delta = layers_[layer][static_cast<size_t>(projection)];
    if (!delta.present()) return;
    const int64_t rank = delta.a.out(), out = delta.b.out();
    const auto low_size = static_cast<size_t>(m * rank), high_size = static_cast<size_t>(m * out);
    if (scratch.size() < low_size + high_size) scratch.resize(low_size + high_size);
    float* low = scratch.data();
    float* high = low + low_size;
    const MatMulJob down{&delta.a, low, rank};
    MatMul(pool, {&down, 1}, x, m, ldx, workspace);
    const MatMulJob up{&delta.b, high, out};
    MatMul(pool, {&up, 1}, low, m, rank, workspace);
    for (int i = 0; i < m; ++i) AddScaled(delta.scale, high + i * out, out, y + i * ldy);
}

}  // namespace argosy
