#include "model/make_model.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "base/split_mix.h"
#include "model/gguf_writer.h"
#include "model/learn_vocabulary.h"
#include "model/make_vocabulary.h"
#include "model/model_shape.h"
#include "model/parallel_rows.h"
#include "model/quant_recipe.h"
#include "model/quantize.h"
#include "model/random_weights.h"
#include "model/starting_weights.h"

namespace argosy {

namespace {

/// The same bits of a position in every run: a hash of seed, tensor and row.
uint64_t RowSeed(uint64_t seed, size_t tensor, size_t row) {
    uint64_t state = seed ^ (uint64_t{tensor} << 40);
    return SplitMix64(state) + row * 0xd1342543de82ef95;
}

class ModelMaker {
  public:
    ModelMaker(const MakeModelOptions& options, const StartingWeights* start, GgufWriter writer,
               uint64_t elements)
        : options_(options), start_(start), writer_(std::move(writer)), total_(elements) {}

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
                        FillNormal(RowSeed(options_.seed, index, row + r), tensor.mean,
                                   tensor.deviation, values);
                        if (start_ != nullptr) {
                            start_->Change(tensor.view.name, static_cast<int64_t>(row + r), values);
                        }
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
    const StartingWeights* start_;
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
    const std::string_view pre = shape.architecture.starts_with("qwen") ? "qwen2" : "llama-bpe";
    if (options.vocabulary_from.empty()) {
        AddVocabulary(tokenizer, shape.vocabulary, pre, metadata);
    } else {
        ARGOSY_CHECK_OK(AddLearnedVocabulary(options.vocabulary_from, tokenizer, shape.vocabulary,
                                             pre, metadata));
    }
    metadata["general.file_type"] = recipe.file_type;
    metadata["general.quantization_version"] = int64_t{2};
    std::vector<RandomTensor> tensors = ShapeTensors(shape);
    std::optional<StartingWeights> start;
    if (options.init != "random") {
        ARGOSY_TRY(start, StartingWeights::Create(options.init, shape, options.seed));
        for (RandomTensor& tensor : tensors) start->Spread(tensor);
        // What is small is trained with the embedding as its output.
        std::erase_if(tensors,
                      [](const RandomTensor& t) { return t.view.name == "output.weight"; });
    }
    std::vector<TensorView> views;
    for (const RandomTensor& tensor : tensors) views.push_back(tensor.view);
    const TypeChooser chooser(recipe, metadata, views);
    uint64_t elements = 0;
    for (TensorView& view : views) {
        elements += static_cast<uint64_t>(view.elements());
        view.type = chooser.Choose(view);
    }
    ARGOSY_TRY(GgufWriter writer, GgufWriter::Create(out, metadata, views));
    ModelMaker maker(options, start ? &*start : nullptr, std::move(writer), elements);
    for (size_t i = 0; i < tensors.size(); ++i) {
        ARGOSY_CHECK_OK(maker.Write(i, tensors[i], views[i].type));
    }
    return maker.Finish();
}

}  // namespace argosy
