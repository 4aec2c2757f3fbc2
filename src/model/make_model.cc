#include "model/make_model.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "model/gguf_writer.h"
#include "model/make_vocabulary.h"
#include "model/model_shape.h"
#include "model/parallel_rows.h"
#include "model/quant_recipe.h"
#include "model/quantize.h"

namespace argosy {

namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): a step of a counter and a mixing of its bits.
uint64_t NextRandom(uint64_t& state) {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/// Fills a row with values that are normal enough for weights: the sum of the four bytes of half a
/// random word, which has mean 510 and deviation 147.8.
void FillRow(uint64_t seed, const RandomTensor& tensor, std::span<float> row) {
    const float scale = tensor.deviation / 147.8f;
    uint64_t state = seed, bits = 0;
    for (size_t i = 0; i < row.size(); ++i) {
        bits = i % 2 == 0 ? NextRandom(state) : bits >> 32;
        const uint64_t pairs = (bits & 0x00ff00ff) + ((bits >> 8) & 0x00ff00ff);
        const auto sum = static_cast<int>((pairs & 0xffff) + ((pairs >> 16) & 0xffff));
        row[i] = tensor.mean + scale * static_cast<float>(sum - 510);
    }
}

/// The same bits of a position in every run: a hash of seed, tensor and row.
uint64_t RowSeed(uint64_t seed, size_t tensor, size_t row) {
    uint64_t state = seed ^ (uint64_t{tensor} << 40);
    return NextRandom(state) + row * 0xd1342543de82ef95;
}

class ModelMaker {
  public:
    ModelMaker(const MakeModelOptions& options, GgufWriter writer, uint64_t elements)
        : options_(options), writer_(std::move(writer)), total_(elements) {}

    Result<void> Write(size_t index, const RandomTensor& tensor, DType type) {
        const auto columns = static_cast<size_t>(tensor.view.columns());
        const auto rows = static_cast<size_t>(tensor.view.rows());
        const size_t row_bytes = RowBytes(type, columns);
        const size_t piece = std::max<size_t>(1, (size_t{8} << 20) / columns);
        for (size_t row = 0; row < rows; row += piece) {
            const size_t count = std::min(piece, rows - row);
            std::vector<std::byte> bytes(count * row_bytes);
            std::atomic<bool> failed = false;
            ParallelRows(
                count, 1 + 65536 / columns, options_.threads, [&](size_t begin, size_t end) {
                    std::vector<float> values(columns);
                    for (size_t r = begin; r < end; ++r) {
                        FillRow(RowSeed(options_.seed, index, row + r), tensor, values);
                        const auto out = std::span(bytes).subspan(r * row_bytes, row_bytes);
                        if (!QuantizeRow(type, values, out)) failed = true;
                    }
                });
            if (failed) {
                return Err(ErrorCode::kInternal, "tensor {} cannot be stored as {}",
                           tensor.view.name, FindDType(type)->name);
            }
            ARGOSY_CHECK_OK(writer_.Append(bytes));
            done_ += count * columns;
            if (options_.progress) options_.progress(done_, total_);
        }
        return {};
    }
    Result<void> Finish() { return writer_.Finish(); }

  private:
    const MakeModelOptions& options_;
    GgufWriter writer_;
    uint64_t done_ = 0, total_ = 0;
};

Result<std::string> ChooseTokenizer(const MakeModelOptions& options) {
    const std::string& wanted = options.tokenizer;
    if (wanted == "bpe" || wanted == "spm" || wanted == "wordpiece") return wanted;
    if (!wanted.empty()) {
        return Err(ErrorCode::kInvalidArgument,
                   "unknown tokenizer \"{}\"; known are bpe, spm, wordpiece", wanted);
    }
    const std::string& architecture = options.architecture;
    if (architecture.find("bert") != std::string::npos) return "wordpiece";
    return architecture.starts_with("qwen") ? "bpe" : "spm";
}

}  // namespace

Result<void> MakeModel(const std::filesystem::path& out, const MakeModelOptions& options) {
    ARGOSY_TRY(const ModelShape shape, ChooseShape(options));
    ARGOSY_TRY(const QuantRecipe recipe, FindRecipe(options.recipe));
    ARGOSY_TRY(const std::string tokenizer, ChooseTokenizer(options));
    Metadata metadata = ShapeMetadata(shape);
    AddVocabulary(tokenizer, shape.vocabulary,
                  shape.architecture.starts_with("qwen") ? "qwen2" : "llama-bpe", metadata);
    metadata["general.file_type"] = recipe.file_type;
    metadata["general.quantization_version"] = int64_t{2};
    const std::vector<RandomTensor> tensors = ShapeTensors(shape);
    std::vector<TensorView> views;
    for (const RandomTensor& tensor : tensors) views.push_back(tensor.view);
    const TypeChooser chooser(recipe, metadata, views);
    uint64_t elements = 0;
    for (TensorView& view : views) {
        elements += static_cast<uint64_t>(view.elements());
        view.type = chooser.Choose(view);
    }
    ARGOSY_TRY(GgufWriter writer, GgufWriter::Create(out, metadata, views));
    ModelMaker maker(options, std::move(writer), elements);
    for (size_t i = 0; i < tensors.size(); ++i) {
        ARGOSY_CHECK_OK(maker.Write(i, tensors[i], views[i].type));
    }
    return maker.Finish();
}

}  // namespace argosy
