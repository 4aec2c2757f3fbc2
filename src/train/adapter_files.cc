#include "train/adapter_files.h"

#include <algorithm>
#include <map>

#include "base/durable_file.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "model/gguf_writer.h"
#include "model/quantize.h"
#include "model/safetensors.h"
#include "model/safetensors_writer.h"

namespace argosy::train {

namespace {

constexpr const char* kPeftPrefix = "base_model.model.";

// Moves the rows of each head between GGUF's order (pairs are neighbours) and PEFT's (halves).
std::vector<float> Rearrange(const std::vector<float>& rows, int64_t heads, int64_t columns,
                             bool to_gguf) {
    if (heads == 0) return rows;
    const int64_t count = std::ssize(rows) / columns, size = count / heads;
    std::vector<float> out(rows.size());
    for (int64_t halves = 0; halves < count; ++halves) {
        const int64_t head = halves / size, in_head = halves % size;
        const int64_t pairs = head * size + in_head % (size / 2) * 2 + in_head / (size / 2);
        const int64_t from = to_gguf ? halves : pairs, to = to_gguf ? pairs : halves;
        std::copy_n(rows.data() + from * columns, columns, out.data() + to * columns);
    }
    return out;
}

Result<std::vector<std::byte>> Stored(const std::vector<float>& values, DType type) {
    std::vector<std::byte> bytes(RowBytes(type, values.size()));
    ARGOSY_CHECK_OK(QuantizeRow(type, values, bytes));
    return bytes;
}

std::string PeftConfig(const Adapter& adapter) {
    json::array targets(adapter.targets.begin(), adapter.targets.end());
    const json::object config = {{"peft_type", "LORA"},
                                 {"task_type", "CAUSAL_LM"},
                                 {"base_model_name_or_path", adapter.base_name},
                                 {"r", adapter.rank},
                                 {"lora_alpha", adapter.alpha},
                                 {"lora_dropout", adapter.dropout},
                                 {"target_modules", std::move(targets)},
                                 {"bias", "none"},
                                 {"fan_in_fan_out", false},
                                 {"inference_mode", true},
                                 {"init_lora_weights", true},
                                 {"modules_to_save", nullptr},
                                 {"use_dora", false},
                                 {"use_rslora", false}};
    return json::serialize(config) + "\n";
}

Result<std::vector<float>> ReadMatrix(const std::vector<Safetensor>& tensors,
                                      const std::string& name, int64_t rows, int64_t columns) {
    const auto found = std::ranges::find(tensors, name, &Safetensor::name);
    if (found == tensors.end()) {
        return At(name, {ErrorCode::kCorrupt, "the tensor is missing", {}});
    }
    const DType type = found->type.value_or(DType::kI32);  // which has no floats
    if (found->shape != std::vector<int64_t>{rows, columns} || type == DType::kI32) {
        return At(name, {ErrorCode::kCorrupt,
                         fmt::format("expected {} x {} floats, got {} of [{}]", rows, columns,
                                     found->type_name, fmt::join(found->shape, ", ")),
                         {}});
    }
    std::vector<float> values(static_cast<size_t>(rows * columns));
    ARGOSY_CHECK_OK(DequantizeRow(type, found->bytes, values));
    return values;
}

}  // namespace

Result<void> WritePeftAdapter(const Adapter& adapter, const std::filesystem::path& folder,
                              DType type) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return At(folder.string(), {ErrorCode::kInternal, error.message(), {}});
    std::vector<std::vector<std::byte>> buffers;
    std::vector<SafetensorToWrite> tensors;
    const auto add = [&](const AdapterMatrices& m, const char* part, int64_t rows, int64_t columns,
                         const std::vector<float>& values) -> Result<void> {
        ARGOSY_TRY(buffers.emplace_back(), Stored(values, type));
        tensors.push_back({kPeftPrefix + m.peft_path + part, type, {rows, columns}, {}});
        return {};
    };
    for (const AdapterMatrices& m : adapter.matrices) {
        ARGOSY_CHECK_OK(add(m, ".lora_A.weight", adapter.rank, m.in, m.a));
        const auto b = Rearrange(m.b, m.interleaved_heads, adapter.rank, false);
        ARGOSY_CHECK_OK(add(m, ".lora_B.weight", m.out, adapter.rank, b));
    }
    for (size_t i = 0; i < tensors.size(); ++i) tensors[i].bytes = buffers[i];
    ARGOSY_CHECK_OK(
        WriteSafetensors(folder / "adapter_model.safetensors", tensors, {{"format", "pt"}}));
    return WriteFileDurably(folder / "adapter_config.json", PeftConfig(adapter));
}

Result<void> WriteGgufAdapter(const Adapter& adapter, const std::filesystem::path& path,
                              DType type) {
    const Metadata metadata = {{"general.architecture", adapter.architecture},
                               {"general.type", std::string("adapter")},
                               {"general.name", adapter.base_name},
                               {"adapter.type", std::string("lora")},
                               {"adapter.lora.alpha", adapter.alpha}};
    std::vector<TensorView> views;
    for (const AdapterMatrices& m : adapter.matrices) {
        views.push_back({m.gguf_name + ".lora_a", type, {m.in, adapter.rank, 1, 1}, {}});
        views.push_back({m.gguf_name + ".lora_b", type, {adapter.rank, m.out, 1, 1}, {}});
    }
    ARGOSY_TRY(GgufWriter writer, GgufWriter::Create(path, metadata, views));
    for (const AdapterMatrices& m : adapter.matrices) {
        for (const std::vector<float>* values : {&m.a, &m.b}) {
            ARGOSY_TRY(const std::vector<std::byte> bytes, Stored(*values, type));
            ARGOSY_CHECK_OK(writer.Append(bytes));
        }
    }
    return writer.Finish();
}

Result<void> ReadPeftAdapter(const std::filesystem::path& folder, Adapter& adapter) {
    const std::filesystem::path path = folder / "adapter_model.safetensors";
    ARGOSY_TRY(const MappedFile file, MappedFile::Open(path));
    const auto read = [&]() -> Result<void> {
        ARGOSY_TRY(const std::vector<Safetensor> tensors, ParseSafetensors(file.bytes()));
        for (AdapterMatrices& m : adapter.matrices) {
            const std::string name = kPeftPrefix + m.peft_path;
            ARGOSY_TRY(m.a, ReadMatrix(tensors, name + ".lora_A.weight", adapter.rank, m.in));
            ARGOSY_TRY(const auto b,
                       ReadMatrix(tensors, name + ".lora_B.weight", m.out, adapter.rank));
            m.b = Rearrange(b, m.interleaved_heads, adapter.rank, true);
        }
        return {};
    };
    auto done = read();
    if (!done) return At(path.string(), std::move(done.error()));
    return {};
}

}  // namespace argosy::train
