#include "model/gguf_writer.h"

#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "model/gguf_format.h"
#include "model/quantize.h"

namespace argosy {

namespace {

using gguf::ValueType;

class HeaderBuilder {
  public:
    template <typename T>
    void Put(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void PutString(std::string_view text) {
        Put<uint64_t>(text.size());
        bytes_.append(text);
    }
    void PutType(ValueType type) { Put(std::to_underlying(type)); }
    void PadTo(uint64_t alignment) {
        bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment, '\0');
    }
    const std::string& bytes() const { return bytes_; }

    void PutInt(int64_t value) {
        if (std::in_range<uint32_t>(value)) {
            PutType(ValueType::kUint32);
            Put(static_cast<uint32_t>(value));
        } else if (std::in_range<int32_t>(value)) {
            PutType(ValueType::kInt32);
            Put(static_cast<int32_t>(value));
        } else {
            PutType(value < 0 ? ValueType::kInt64 : ValueType::kUint64);
            Put(value);
        }
    }

    void PutArrayHead(ValueType type, size_t count) {
        PutType(type);
        Put<uint64_t>(count);
    }

    template <typename T, typename Vector>
    void PutElements(ValueType type, const Vector& values) {
        PutArrayHead(type, values.size());
        for (const auto& value : values) Put(static_cast<T>(value));
    }

    void PutArray(std::string_view key, const MetaArray& array) {
        PutType(ValueType::kArray);
        if (const auto* ints = std::get_if<std::vector<int64_t>>(&array)) {
            bool narrow = true;
            for (const int64_t v : *ints) narrow = narrow && std::in_range<int32_t>(v);
            if (key.ends_with("precompiled_charsmap")) {  // bytes; llama.cpp takes nothing wider
                PutElements<uint8_t>(ValueType::kUint8, *ints);
            } else if (narrow) {
                PutElements<int32_t>(ValueType::kInt32, *ints);
            } else {
                PutElements<int64_t>(ValueType::kInt64, *ints);
            }
        } else if (const auto* floats = std::get_if<std::vector<double>>(&array)) {
            PutElements<float>(ValueType::kFloat32, *floats);
        } else if (const auto* flags = std::get_if<std::vector<bool>>(&array)) {
            PutElements<uint8_t>(ValueType::kBool, *flags);
        } else {
            const auto& texts = std::get<std::vector<std::string>>(array);
            PutArrayHead(ValueType::kString, texts.size());
            for (const std::string& text : texts) PutString(text);
        }
    }

    void PutValue(std::string_view key, const MetaValue& value) {
        PutString(key);
        if (const auto* integer = std::get_if<int64_t>(&value)) {
            PutInt(*integer);
        } else if (const auto* large = std::get_if<uint64_t>(&value)) {
            PutType(ValueType::kUint64);
            Put(*large);
        } else if (const auto* number = std::get_if<double>(&value)) {
            PutType(ValueType::kFloat32);
            Put(static_cast<float>(*number));
        } else if (const auto* flag = std::get_if<bool>(&value)) {
            PutType(ValueType::kBool);
            Put<uint8_t>(*flag ? 1 : 0);
        } else if (const auto* text = std::get_if<std::string>(&value)) {
            PutType(ValueType::kString);
            PutString(*text);
        } else {
            PutArray(key, std::get<MetaArray>(value));
        }
    }

  private:
    std::string bytes_;
};

uint64_t Aligned(uint64_t bytes) {
    return (bytes + gguf::kDefaultAlignment - 1) / gguf::kDefaultAlignment *
           gguf::kDefaultAlignment;
}

/// Keys of a file's layout, which ours need not share with where the metadata came from.
bool IsLayoutKey(std::string_view key) {
    return key == "general.alignment" || key.starts_with("split.");
}

void PutMetadata(HeaderBuilder& header, const Metadata& metadata) {
    uint64_t count = 0;
    for (const auto& [key, value] : metadata) count += IsLayoutKey(key) ? 0 : 1;
    header.Put<uint64_t>(count);
    // The architecture first, as every reader of a stream would like it.
    const auto architecture = metadata.find("general.architecture");
    if (architecture != metadata.end()) header.PutValue(architecture->first, architecture->second);
    for (auto it = metadata.begin(); it != metadata.end(); ++it) {
        if (it != architecture && !IsLayoutKey(it->first)) header.PutValue(it->first, it->second);
    }
}

void PutTensor(HeaderBuilder& header, const TensorView& tensor, uint64_t offset) {
    header.PutString(tensor.name);
    uint32_t dimensions = 4;
    while (dimensions > 1 && tensor.shape[dimensions - 1] == 1) --dimensions;
    header.Put(dimensions);
    for (uint32_t i = 0; i < dimensions; ++i) {
        header.Put(static_cast<uint64_t>(tensor.shape[i]));
    }
    header.Put(static_cast<uint32_t>(tensor.type));
    header.Put(offset);
}

Result<uint64_t> TensorBytes(const TensorView& tensor) {
    const DTypeTraits* traits = FindDType(tensor.type);
    if (traits == nullptr || tensor.columns() % traits->block_elements != 0) {
        return Err(ErrorCode::kInvalidArgument,
                   "tensor {}: rows of {} elements cannot be of type {}", tensor.name,
                   tensor.columns(),
                   traits == nullptr ? std::to_string(std::to_underlying(tensor.type))
                                     : std::string(traits->name));
    }
    return RowBytes(tensor.type, static_cast<size_t>(tensor.elements()));
}

}  // namespace

Result<GgufWriter> GgufWriter::Create(const std::filesystem::path& path, const Metadata& metadata,
                                      const std::vector<TensorView>& tensors) {
    GgufWriter writer;
    HeaderBuilder header;
    header.Put(gguf::kMagic);
    header.Put(gguf::kVersion);
    header.Put<uint64_t>(tensors.size());
    PutMetadata(header, metadata);
    uint64_t offset = 0;
    for (const TensorView& tensor : tensors) {
        ARGOSY_TRY(const uint64_t bytes, TensorBytes(tensor));
        PutTensor(header, tensor, offset);
        writer.sizes_.push_back(bytes);
        offset += Aligned(bytes);
    }
    header.PadTo(gguf::kDefaultAlignment);
    writer.path_ = path;
    writer.partial_ = path;
    writer.partial_ += ".partial";
    writer.file_.reset(std::fopen(writer.partial_.c_str(), "wb"));
    if (writer.file_ == nullptr) {
        return std::unexpected(writer.SystemError("cannot create").error());
    }
    ARGOSY_CHECK_OK(writer.Write(std::as_bytes(std::span(header.bytes()))));
    return writer;
}

GgufWriter::~GgufWriter() {
    if (file_ == nullptr) return;  // finished, or moved from
    file_.reset();
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
}

Result<void> GgufWriter::SystemError(const char* what) const {
    return At(partial_.string(),
              Error{ErrorCode::kInternal, fmt::format("{}: {}", what, std::strerror(errno)), {}});
}

Result<void> GgufWriter::Write(std::span<const std::byte> bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
        return SystemError("cannot write");
    }
    return {};
}

Result<void> GgufWriter::Append(std::span<const std::byte> bytes) {
    if (current_ == sizes_.size() || bytes.size() > sizes_[current_] - written_) {
        return Err(ErrorCode::kInvalidArgument, "more bytes than tensor {} of {} has", current_,
                   sizes_.size());
    }
    ARGOSY_CHECK_OK(Write(bytes));
    written_ += bytes.size();
    if (written_ < sizes_[current_]) return {};
    constexpr std::byte kZeros[gguf::kDefaultAlignment]{};
    ARGOSY_CHECK_OK(Write(std::span(kZeros).first(Aligned(written_) - written_)));
    ++current_;
    written_ = 0;
    return {};
}

Result<void> GgufWriter::Finish() {
    if (current_ != sizes_.size()) {
        return Err(ErrorCode::kInvalidArgument, "only {} of {} tensors are complete", current_,
                   sizes_.size());
    }
    if (std::fflush(file_.get()) != 0) return SystemError("cannot write");
    file_.reset();
    std::error_code error;
    std::filesystem::rename(partial_, path_, error);
    if (error) {
        return At(path_.string(),
                  Error{ErrorCode::kInternal, "cannot rename: " + error.message(), {}});
    }
    return {};
}

}  // namespace argosy
