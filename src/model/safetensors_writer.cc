#include "model/safetensors_writer.h"

#include <bit>
#include <cstring>

#include "base/durable_file.h"
#include "base/json.h"

namespace argosy {

namespace {

Result<json::object> Describe(const SafetensorToWrite& tensor, uint64_t offset) {
    const DTypeTraits* traits = FindDType(tensor.type);
    if (traits == nullptr || traits->block_elements != 1) {
        return Err(ErrorCode::kInvalidArgument, "tensor {}: safetensors cannot hold type {}",
                   tensor.name, traits == nullptr ? "(unknown)" : traits->name);
    }
    uint64_t bytes = traits->block_bytes;
    json::array shape;
    for (const int64_t size : tensor.shape) {
        bytes *= static_cast<uint64_t>(size);
        shape.push_back(size);
    }
    if (bytes != tensor.bytes.size()) {
        return Err(ErrorCode::kInvalidArgument, "tensor {}: the shape takes {} bytes, got {}",
                   tensor.name, bytes, tensor.bytes.size());
    }
    return json::object{{"dtype", traits->name},
                        {"shape", std::move(shape)},
                        {"data_offsets", json::array{offset, offset + bytes}}};
}

}  // namespace

Result<void> WriteSafetensors(const std::filesystem::path& path,
                              std::span<const SafetensorToWrite> tensors,
                              const std::map<std::string, std::string>& metadata) {
    static_assert(std::endian::native == std::endian::little, "the format is little-endian");
    json::object header;
    if (!metadata.empty()) {
        json::object texts;
        for (const auto& [key, value] : metadata) texts[key] = value;
        header["__metadata__"] = std::move(texts);
    }
    std::vector<std::span<const std::byte>> parts(2);
    uint64_t offset = 0;
    for (const SafetensorToWrite& tensor : tensors) {
        ARGOSY_TRY(header[tensor.name], Describe(tensor, offset));
        offset += tensor.bytes.size();
        parts.push_back(tensor.bytes);
    }
    std::string text = json::serialize(header);
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const uint64_t length = text.size();
    parts[0] = std::as_bytes(std::span(&length, 1));
    parts[1] = std::as_bytes(std::span(text));
    return WriteFileDurably(path, parts);
}

}  // namespace argosy
