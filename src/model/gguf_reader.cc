#include "model/gguf_reader.h"

#include <bit>
#include <unordered_set>
#include <utility>

#include "model/byte_cursor.h"
#include "model/gguf_format.h"
#include "model/gguf_metadata.h"

namespace argosy {

namespace {

using gguf::kMaxNameBytes;

struct Header {
    uint64_t tensors = 0, keys = 0;
};

Result<Header> ReadHeader(ByteCursor& cursor) {
    ARGOSY_TRY(const uint32_t magic, cursor.Read<uint32_t>("magic"));
    if (magic != gguf::kMagic) {
        return ByteCursor::Fail(0, ErrorCode::kCorrupt, "magic is {:08x}, not \"GGUF\"", magic);
    }
    ARGOSY_TRY(const uint32_t version, cursor.Read<uint32_t>("version"));
    if (version != 2 && version != gguf::kVersion) {
        const bool swapped = (version & 0xffff) == 0;
        return ByteCursor::Fail(4, ErrorCode::kUnsupported, "version {} {}", version,
                                swapped ? "means big-endian, only little-endian is supported"
                                        : "is not supported, only 2 and 3");
    }
    Header header;
    ARGOSY_TRY(header.tensors, cursor.Read<uint64_t>("tensor count"));
    ARGOSY_TRY(header.keys, cursor.Read<uint64_t>("metadata count"));
    if (header.tensors > gguf::kMaxTensors) {
        return ByteCursor::Fail(8, ErrorCode::kCorrupt, "tensor count {} is more than {}",
                                header.tensors, gguf::kMaxTensors);
    }
    if (header.keys > gguf::kMaxKeys) {
        return ByteCursor::Fail(16, ErrorCode::kCorrupt, "metadata count {} is more than {}",
                                header.keys, gguf::kMaxKeys);
    }
    return header;
}

/// A tensor as its header has it: where its bytes are is yet relative to the data section.
struct TensorHeader {
    TensorView view;
    uint64_t offset = 0, bytes = 0;
    size_t offset_field = 0;  // where in the file the offset is written
};

Result<void> ReadShape(ByteCursor& cursor, TensorView& view) {
    const size_t start = cursor.offset();
    ARGOSY_TRY(const uint32_t dimensions, cursor.Read<uint32_t>("number of dimensions"));
    if (dimensions > view.shape.size()) {
        return ByteCursor::Fail(start, ErrorCode::kCorrupt, "{} dimensions, more than 4",
                                dimensions);
    }
    uint64_t elements = 1;
    for (uint32_t i = 0; i < dimensions; ++i) {
        ARGOSY_TRY(const uint64_t size, cursor.Read<uint64_t>("dimension"));
        constexpr uint64_t kMost = uint64_t{1} << 56;
        if (size == 0 || size > kMost / elements) {
            return ByteCursor::Fail(
                cursor.offset() - 8, ErrorCode::kCorrupt, "dimension {} is {}: {}", i, size,
                size == 0 ? "a tensor without elements" : "the shape's product overflows");
        }
        elements *= size;
        view.shape[i] = static_cast<int64_t>(size);
    }
    return {};
}

Result<void> ReadTensorFields(ByteCursor& cursor, TensorHeader& tensor) {
    TensorView& view = tensor.view;
    ARGOSY_CHECK_OK(ReadShape(cursor, view));
    const size_t start = cursor.offset();
    ARGOSY_TRY(const uint32_t type, cursor.Read<uint32_t>("type"));
    view.type = static_cast<DType>(type);
    const DTypeTraits* traits = FindDType(view.type);
    if (traits == nullptr) {
        return ByteCursor::Fail(start, ErrorCode::kUnsupported, "type {} is not supported", type);
    }
    if (view.columns() % traits->block_elements != 0) {
        return ByteCursor::Fail(start, ErrorCode::kCorrupt,
                                "rows of {} elements are not whole blocks of {} ({})",
                                view.columns(), traits->name, traits->block_elements);
    }
    // At most 2^56 elements of at most 4 bytes: no overflow.
    const auto elements = static_cast<uint64_t>(view.elements());
    tensor.bytes = elements / traits->block_elements * traits->block_bytes;
    tensor.offset_field = cursor.offset();
    ARGOSY_TRY(tensor.offset, cursor.Read<uint64_t>("data offset"));
    return {};
}

Result<std::vector<TensorHeader>> ReadTensorHeaders(ByteCursor& cursor, uint64_t count) {
    std::vector<TensorHeader> tensors;
    std::unordered_set<std::string_view> names;
    for (uint64_t i = 0; i < count; ++i) {
        const size_t start = cursor.offset();
        ARGOSY_TRY(const std::string_view name,
                   cursor.ReadString(fmt::format("name of tensor {}", i), kMaxNameBytes));
        if (!names.insert(name).second) {
            return ByteCursor::Fail(start, ErrorCode::kCorrupt, "tensor {} is there twice", name);
        }
        TensorHeader tensor;
        tensor.view.name = name;
        if (auto read = ReadTensorFields(cursor, tensor); !read) {
            return At(fmt::format("tensor {}", name), std::move(read.error()));
        }
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

Result<uint64_t> FindAlignment(const Metadata& metadata) {
    const auto it = metadata.find("general.alignment");
    if (it == metadata.end()) return gguf::kDefaultAlignment;
    const auto* value = std::get_if<int64_t>(&it->second);
    if (value == nullptr || *value <= 0 || static_cast<uint64_t>(*value) > gguf::kMaxAlignment ||
        !std::has_single_bit(static_cast<uint64_t>(*value))) {
        return Err(ErrorCode::kCorrupt, "general.alignment is {}, not a power of two up to {}",
                   value == nullptr ? "no integer" : std::to_string(*value), gguf::kMaxAlignment);
    }
    return static_cast<uint64_t>(*value);
}

Result<void> PlaceTensor(std::span<const std::byte> data, uint64_t alignment,
                         TensorHeader& tensor) {
    if (tensor.offset % alignment != 0) {
        return ByteCursor::Fail(tensor.offset_field, ErrorCode::kCorrupt,
                                "data offset {} is not aligned to {}", tensor.offset, alignment);
    }
    if (tensor.offset > data.size() || tensor.bytes > data.size() - tensor.offset) {
        return ByteCursor::Fail(tensor.offset_field, ErrorCode::kCorrupt,
                                "{} bytes at data offset {} end beyond the {} bytes of data "
                                "(is the file cut short?)",
                                tensor.bytes, tensor.offset, data.size());
    }
    tensor.view.bytes = data.subspan(tensor.offset, tensor.bytes);
    return {};
}

/// An integer of a split file's metadata, or -1.
int64_t SplitField(const Metadata& metadata, std::string_view key) {
    const auto it = metadata.find(key);
    if (it == metadata.end()) return -1;
    const auto* value = std::get_if<int64_t>(&it->second);
    return value == nullptr ? -1 : *value;
}

/// Maps and parses one file into `parts`; returns its metadata.
Result<Metadata> AddFile(const std::filesystem::path& path, StoredModelParts& parts) {
    ARGOSY_TRY(MappedFile file, MappedFile::Open(path));
    auto contents = ParseGguf(file.bytes());
    if (!contents) return At(path.string(), std::move(contents.error()));
    for (TensorView& tensor : contents->tensors) parts.tensors.push_back(std::move(tensor));
    parts.mappings.push_back(std::move(file));
    return std::move(contents->metadata);
}

std::string SplitSuffix(int64_t number, int64_t count) {
    return fmt::format("-{:05}-of-{:05}.gguf", number + 1, count);
}

Result<void> AddOtherSplits(const std::filesystem::path& first, int64_t count,
                            StoredModelParts& parts) {
    const std::string name = first.filename().string(), suffix = SplitSuffix(0, count);
    if (!name.ends_with(suffix)) {
        return Err(ErrorCode::kCorrupt, "split.count is {}, but the file's name does not end in {}",
                   count, suffix);
    }
    const std::string stem = name.substr(0, name.size() - suffix.size());
    for (int64_t i = 1; i < count; ++i) {
        const auto path = first.parent_path() / (stem + SplitSuffix(i, count));
        ARGOSY_TRY(const Metadata metadata, AddFile(path, parts));
        const int64_t number = SplitField(metadata, "split.no");
        if (number != i || SplitField(metadata, "split.count") != count) {
            return At(path.string(),
                      Error{ErrorCode::kCorrupt,
                            fmt::format("split.no is {}, split.count {}; expected {} and {}",
                                        number, SplitField(metadata, "split.count"), i, count),
                            {}});
        }
    }
    std::unordered_set<std::string_view> names;
    for (const TensorView& tensor : parts.tensors) {
        if (!names.insert(tensor.name).second) {
            return Err(ErrorCode::kCorrupt, "tensor {} is in two files of the split", tensor.name);
        }
    }
    return {};
}

}  // namespace

Result<GgufContents> ParseGguf(std::span<const std::byte> file) {
    ByteCursor cursor(file);
    ARGOSY_TRY(const Header header, ReadHeader(cursor));
    GgufContents contents;
    ARGOSY_TRY(contents.metadata, gguf::ReadMetadata(cursor, header.keys));
    ARGOSY_TRY(const uint64_t alignment, FindAlignment(contents.metadata));
    ARGOSY_TRY(auto tensors, ReadTensorHeaders(cursor, header.tensors));
    const uint64_t start = (cursor.offset() + alignment - 1) / alignment * alignment;
    const auto data = file.subspan(std::min<uint64_t>(start, file.size()));
    contents.tensors.reserve(tensors.size());
    for (TensorHeader& tensor : tensors) {
        if (auto placed = PlaceTensor(data, alignment, tensor); !placed) {
            return At(fmt::format("tensor {}", tensor.view.name), std::move(placed.error()));
        }
        contents.tensors.push_back(std::move(tensor.view));
    }
    return contents;
}

Result<std::unique_ptr<ModelFile>> OpenGguf(const std::filesystem::path& path) {
    StoredModelParts parts;
    parts.path = path;
    ARGOSY_TRY(parts.metadata, AddFile(path, parts));
    const int64_t number = SplitField(parts.metadata, "split.no");
    const int64_t count = SplitField(parts.metadata, "split.count");
    if (count > gguf::kMaxSplits) {
        return At(path.string(),
                  Error{ErrorCode::kCorrupt,
                        fmt::format("split.count {} is more than {}", count, gguf::kMaxSplits),
                        {}});
    }
    if (count > 1 && number != 0) {
        return At(path.string(),
                  Error{ErrorCode::kInvalidArgument,
                        fmt::format("this is file {} of {} of a split model; open the first one, "
                                    "whose name ends in {}",
                                    number + 1, count, SplitSuffix(0, count)),
                        {}});
    }
    if (count > 1) {
        if (auto added = AddOtherSplits(path, count, parts); !added) {
            return At(path.string(), std::move(added.error()));
        }
    }
    return std::make_unique<StoredModel>(std::move(parts));
}

}  // namespace argosy
