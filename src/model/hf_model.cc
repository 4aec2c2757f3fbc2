#include "model/hf_model.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "model/hf_config.h"
#include "model/hf_names.h"
#include "model/quantize.h"
#include "model/safetensors.h"
#include "model/stored_model.h"
#include "model/text_file.h"

namespace argosy {

namespace {

constexpr int64_t kPoolMean = 1, kPoolCls = 2, kPoolLast = 3, kPoolRank = 4;

/// Puts the tensors of one checkpoint under GGUF's names and into its arrangement.
class TensorImporter {
  public:
    TensorImporter(const HfConfig& config, StoredModelParts& parts)
        : config_(config), parts_(parts) {}

    Result<void> Add(const Safetensor& source) {
        const auto name = GgufTensorName(config_.architecture, source.name, config_.classifier);
        if (!name) {
            return Err(ErrorCode::kUnsupported, "not a tensor of architecture {}",
                       config_.architecture);
        }
        if (name->empty() || (*name == "output.weight" && config_.tied_embeddings)) return {};
        if (!source.type || source.type == DType::kI32) {
            return Err(ErrorCode::kUnsupported, "type {} is not supported, only F32, F16 and BF16",
                       source.type_name);
        }
        TensorView view;
        view.name = *name;
        view.type = *source.type;
        view.bytes = source.bytes;
        ARGOSY_CHECK_OK(SetShape(source.shape, view));
        ARGOSY_CHECK_OK(Arrange(view));
        parts_.tensors.push_back(std::move(view));
        return {};
    }

    void AddFloats(std::string name, const std::vector<float>& values) {
        TensorView view;
        view.name = std::move(name);
        view.shape[0] = static_cast<int64_t>(values.size());
        const std::span<std::byte> bytes = NewBuffer(values.size() * sizeof(float));
        std::memcpy(bytes.data(), values.data(), bytes.size());
        view.bytes = bytes;
        parts_.tensors.push_back(std::move(view));
    }

    /// Rows of a matrix as a new one.
    void AddRows(std::string name, const TensorView& matrix, std::span<const int64_t> rows) {
        TensorView view = matrix;
        view.name = std::move(name);
        view.shape[1] = static_cast<int64_t>(rows.size());
        const size_t row_bytes = RowBytes(matrix.type, static_cast<size_t>(matrix.columns()));
        const std::span<std::byte> bytes = NewBuffer(rows.size() * row_bytes);
        for (size_t i = 0; i < rows.size(); ++i) {
            const auto row =
                matrix.bytes.subspan(static_cast<size_t>(rows[i]) * row_bytes, row_bytes);
            std::ranges::copy(row, bytes.begin() + static_cast<ptrdiff_t>(i * row_bytes));
        }
        view.bytes = bytes;
        parts_.tensors.push_back(std::move(view));
    }

  private:
    std::span<std::byte> NewBuffer(size_t size) {
        parts_.buffers.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
        return {parts_.buffers.back().get(), size};
    }

    static Result<void> SetShape(const std::vector<int64_t>& shape, TensorView& view) {
        if (shape.empty() || shape.size() > view.shape.size() ||
            std::ranges::find(shape, 0) != shape.end()) {
            return Err(ErrorCode::kCorrupt, "shape [{}] is not of one to four sizes above 0",
                       fmt::join(shape, ", "));
        }
        std::ranges::copy(shape.rbegin(), shape.rend(), view.shape.begin());
        return {};
    }

    Result<void> Arrange(TensorView& view) {
        const bool vector = view.rows() == 1;
        if (config_.architecture == "llama") {
            if (view.name.find(".attn_q.") != view.name.npos) {
                return InterleaveHeads(config_.heads, view);
            }
            if (view.name.find(".attn_k.") != view.name.npos) {
                return InterleaveHeads(config_.kv_heads, view);
            }
        }
        if (!vector) return {};
        const bool gemma_norm =
            config_.architecture.starts_with("gemma") && view.name.ends_with("norm.weight");
        if (view.type == DType::kF32 && !gemma_norm) return {};
        // Vectors become F32; Gemma stores the weight of a norm less 1.
        std::vector<float> values(static_cast<size_t>(view.elements()));
        ARGOSY_CHECK_OK(DequantizeRow(view.type, view.bytes, values));
        if (gemma_norm) {
            for (float& value : values) value += 1.0f;
        }
        const std::span<std::byte> bytes = NewBuffer(values.size() * sizeof(float));
        std::memcpy(bytes.data(), values.data(), bytes.size());
        view.type = DType::kF32;
        view.bytes = bytes;
        return {};
    }

    /// Hugging Face rotates the first half of a head with the second; GGUF's llama rotates
    /// neighbours. So row j of the first half becomes row 2 j, row j of the second 2 j + 1.
    Result<void> InterleaveHeads(int64_t heads, TensorView& view) {
        const bool bias = view.name.ends_with(".bias");
        const auto rows = static_cast<size_t>(bias ? view.columns() : view.rows());
        const size_t row_bytes = view.bytes.size() / rows;
        const size_t size = rows / static_cast<size_t>(heads);
        if (size * static_cast<size_t>(heads) != rows || size % 2 != 0) {
            return Err(ErrorCode::kCorrupt, "{} rows are not {} heads of even size", rows, heads);
        }
        const std::span<std::byte> bytes = NewBuffer(view.bytes.size());
        for (size_t row = 0; row < rows; ++row) {
            const size_t head = row / size, in_head = row % size;
            const size_t to = head * size + in_head % (size / 2) * 2 + in_head / (size / 2);
            std::memcpy(bytes.data() + to * row_bytes, view.bytes.data() + row * row_bytes,
                        row_bytes);
        }
        view.bytes = bytes;
        if (!bias || view.type == DType::kF32) return {};
        std::vector<float> values(rows);
        ARGOSY_CHECK_OK(DequantizeRow(view.type, view.bytes, values));
        const std::span<std::byte> floats = NewBuffer(rows * sizeof(float));
        std::memcpy(floats.data(), values.data(), floats.size());
        view.type = DType::kF32;
        view.bytes = floats;
        return {};
    }

    const HfConfig& config_;
    StoredModelParts& parts_;
};

void AddChatTemplates(const std::filesystem::path& folder, const json::object& tokenizer_config,
                      Metadata& metadata) {
    if (auto text = ReadTextFile(folder / "chat_template.jinja")) {
        metadata["tokenizer.chat_template"] = *std::move(text);
        return;
    }
    const json::value* given = tokenizer_config.if_contains("chat_template");
    if (given == nullptr) return;
    if (given->is_string()) {
        metadata["tokenizer.chat_template"] = std::string(given->get_string());
    } else if (given->is_array()) {  // several, by name
        for (const json::value& entry : given->get_array()) {
            if (!entry.is_object()) continue;
            const json::value* name = entry.get_object().if_contains("name");
            const json::value* text = entry.get_object().if_contains("template");
            if (!name || !text || !name->is_string() || !text->is_string()) continue;
            const std::string suffix =
                name->get_string() == "default" ? "" : "." + std::string(name->get_string());
            metadata["tokenizer.chat_template" + suffix] = std::string(text->get_string());
        }
    }
}

void AddTexts(const std::filesystem::path& folder, Metadata& metadata) {
    for (const auto& [file, key] : {std::pair{"tokenizer.json", "argosy.tokenizer_json"},
                                    {"tokenizer_config.json", "argosy.tokenizer_config_json"},
                                    {"generation_config.json", "argosy.generation_config_json"}}) {
        if (auto text = ReadTextFile(folder / file)) metadata[key] = *std::move(text);
    }
    if (const auto config = ReadJsonObject(folder / "tokenizer_config.json")) {
        AddChatTemplates(folder, *config, metadata);
    } else {
        AddChatTemplates(folder, {}, metadata);
    }
}

/// How sentence-transformers pools the model's outputs, if it is one of its models.
void AddPooling(const std::filesystem::path& folder, const HfConfig& config, Metadata& metadata) {
    const std::string key = config.architecture + ".pooling_type";
    if (config.classifier) {
        metadata[key] = kPoolRank;
        return;
    }
    const auto pooling = ReadJsonObject(folder / "1_Pooling" / "config.json");
    if (!pooling) return;
    for (const auto& [field, type] : {std::pair{"pooling_mode_mean_tokens", kPoolMean},
                                      {"pooling_mode_cls_token", kPoolCls},
                                      {"pooling_mode_lasttoken", kPoolLast}}) {
        const json::value* on = pooling->if_contains(field);
        if (on != nullptr && on->is_bool() && on->get_bool()) metadata[key] = type;
    }
}

/// Whether this is a Qwen3-Reranker, which answers "yes" or "no": its folder or card says so.
bool IsQwenReranker(const std::filesystem::path& folder, const HfConfig& config) {
    if (config.architecture != "qwen3" || config.classifier) return false;
    std::string name = std::get<std::string>(config.metadata.at("general.name"));
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (name.find("reranker") != name.npos) return true;
    const auto card = ReadTextFile(folder / "README.md");
    return card && card->find("# Qwen3-Reranker") != card->npos;
}

/// The rows of the output for "yes" and "no" as the head of a classifier.
Result<void> AddRerankHead(TensorImporter& importer, StoredModelParts& parts) {
    const auto text = parts.metadata.find("argosy.tokenizer_json");
    if (text == parts.metadata.end()) return {};
    ARGOSY_TRY(const json::value tokenizer, ParseJson(std::get<std::string>(text->second)));
    boost::system::error_code error;
    std::vector<int64_t> rows;
    for (const char* word : {"/model/vocab/yes", "/model/vocab/no"}) {
        const json::value* id = tokenizer.find_pointer(word, error);
        if (id == nullptr || !id->is_int64()) return {};
        rows.push_back(id->get_int64());
    }
    const TensorView* head = nullptr;
    for (const TensorView& tensor : parts.tensors) {
        if (tensor.name == "output.weight") head = &tensor;
        if (tensor.name == "token_embd.weight" && head == nullptr) head = &tensor;
    }
    if (head == nullptr || std::ranges::max(rows) >= head->rows() || std::ranges::min(rows) < 0) {
        return {};
    }
    const TensorView matrix = *head;
    importer.AddRows("cls.output.weight", matrix, rows);
    parts.metadata["qwen3.pooling_type"] = kPoolRank;
    parts.metadata["qwen3.classifier.output_labels"] =
        MetaArray(std::vector<std::string>{"yes", "no"});
    return {};
}

Result<void> CheckNames(const StoredModelParts& parts) {
    std::vector<std::string_view> names;
    for (const TensorView& tensor : parts.tensors) names.push_back(tensor.name);
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice == names.end()) return {};
    return Err(ErrorCode::kCorrupt, "two tensors of the checkpoint mean {}", *twice);
}

}  // namespace

Result<std::unique_ptr<ModelFile>> OpenHfModel(const std::filesystem::path& path) {
    ARGOSY_TRY(HfConfig config, ReadHfConfig(path));
    ARGOSY_TRY(SafetensorsFolder folder, OpenSafetensors(path));
    StoredModelParts parts;
    parts.path = path;
    parts.metadata = config.metadata;
    AddTexts(path, parts.metadata);
    AddPooling(path, config, parts.metadata);
    TensorImporter importer(config, parts);
    for (const Safetensor& tensor : folder.tensors) {
        if (auto added = importer.Add(tensor); !added) {
            return At(fmt::format("{}: tensor {}", path.string(), tensor.name),
                      std::move(added.error()));
        }
    }
    for (const auto& [name, values] : config.rope_tensors) importer.AddFloats(name, values);
    if (IsQwenReranker(path, config)) ARGOSY_CHECK_OK(AddRerankHead(importer, parts));
    if (auto unique = CheckNames(parts); !unique) {
        return At(path.string(), std::move(unique.error()));
    }
    parts.mappings = std::move(folder.files);
    return std::make_unique<StoredModel>(std::move(parts));
}

}  // namespace argosy
