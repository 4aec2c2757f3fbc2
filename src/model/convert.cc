#include "model/convert.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/gguf_tokenizer_keys.h"
#include "model/gguf_writer.h"
#include "model/quant_recipe.h"
#include "model/quantize.h"
#include "model/stored_model.h"

namespace argosy {

namespace {

Metadata CopyMetadata(const ModelFile& model) {
    Metadata metadata;
    for (std::string& key : model.keys()) {
        const MetaValue value = *model.Find(key);
        metadata.emplace(std::move(key), value);
    }
    return metadata;
}

/// The tensors as they will be: other types, no bytes.
std::vector<TensorView> PlanTensors(const ModelFile& model, const QuantRecipe& recipe,
                                    Metadata& metadata) {
    std::vector<TensorView> planned = model.tensors();
    const TypeChooser chooser(recipe, metadata, planned);
    for (TensorView& tensor : planned) {
        tensor.type = chooser.Choose(tensor);
        tensor.bytes = {};
    }
    metadata["general.file_type"] = recipe.file_type;
    metadata["general.quantization_version"] = int64_t{2};
    return planned;
}

/// Converts `source` in pieces of some MiB and appends them to the file.
Result<void> WriteTensor(const TensorView& source, DType type, GgufWriter& writer, int threads,
                         const std::function<void(uint64_t)>& done) {
    if (type == source.type) {
        ARGOSY_CHECK_OK(writer.Append(source.bytes));
        done(source.bytes.size());
        return {};
    }
    const auto columns = static_cast<size_t>(source.columns());
    const auto rows = static_cast<size_t>(source.rows());
    const size_t from_bytes = RowBytes(source.type, columns), to_bytes = RowBytes(type, columns);
    const size_t piece = std::max<size_t>(1, (size_t{16} << 20) / from_bytes);
    std::vector<std::byte> converted;
    for (size_t row = 0; row < rows; row += piece) {
        const size_t count = std::min(piece, rows - row);
        converted.resize(count * to_bytes);
        ARGOSY_CHECK_OK(RequantizeRows(source.type,
                                       source.bytes.subspan(row * from_bytes, count * from_bytes),
                                       type, converted, columns, threads));
        ARGOSY_CHECK_OK(writer.Append(converted));
        done(count * from_bytes);
    }
    return {};
}

}  // namespace

Result<void> ConvertModel(const ModelFile& model, const std::filesystem::path& out,
                          const ConvertOptions& options) {
    ARGOSY_TRY(const QuantRecipe recipe, FindRecipe(options.recipe));
    Metadata metadata = CopyMetadata(model);
    if (auto added = AddGgufTokenizerKeys(metadata); !added) {
        return At(model.path().string(), std::move(added.error()));
    }
    const std::vector<TensorView> planned = PlanTensors(model, recipe, metadata);
    ARGOSY_TRY(GgufWriter writer, GgufWriter::Create(out, metadata, planned));
    uint64_t done = 0;
    const auto tell = [&](uint64_t bytes) {
        done += bytes;
        if (options.progress) options.progress(done, model.tensor_bytes());
    };
    for (size_t i = 0; i < planned.size(); ++i) {
        const TensorView& source = model.tensors()[i];
        if (auto written = WriteTensor(source, planned[i].type, writer, options.threads, tell);
            !written) {
            return At(fmt::format("tensor {}", source.name), std::move(written.error()));
        }
    }
    return writer.Finish();
}

Result<std::unique_ptr<ModelFile>> QuantizeModel(std::unique_ptr<ModelFile> model,
                                                 const std::string& recipe_name, int threads) {
    ARGOSY_TRY(const QuantRecipe recipe, FindRecipe(recipe_name));
    StoredModelParts parts;
    parts.path = model->path();
    parts.metadata = CopyMetadata(*model);
    parts.tensors = PlanTensors(*model, recipe, parts.metadata);
    for (size_t i = 0; i < parts.tensors.size(); ++i) {
        const TensorView& source = model->tensors()[i];
        TensorView& tensor = parts.tensors[i];
        if (tensor.type == source.type) {
            tensor.bytes = source.bytes;
            continue;
        }
        const size_t size = RowBytes(tensor.type, static_cast<size_t>(tensor.elements()));
        auto buffer = std::make_unique_for_overwrite<std::byte[]>(size);
        const std::span<std::byte> bytes(buffer.get(), size);
        if (auto done = RequantizeRows(source.type, source.bytes, tensor.type, bytes,
                                       static_cast<size_t>(source.columns()), threads);
            !done) {
            return At(fmt::format("tensor {}", source.name), std::move(done.error()));
        }
        tensor.bytes = bytes;
        parts.buffers.push_back(std::move(buffer));
        // Pages of the source that were read once would only push others out.
        if (i % 16 == 15) model->DropPages();
    }
    model->DropPages();
    parts.base = std::move(model);
    return std::make_unique<StoredModel>(std::move(parts));
}

}  // namespace argosy
