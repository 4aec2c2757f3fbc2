#include "model/safetensors.h"

#include <set>
#include <unordered_set>
#include <utility>

#include "base/json.h"
#include "model/byte_cursor.h"
#include "model/text_file.h"

namespace argosy {

namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit
constexpr size_t kMaxDimensions = 8;

struct TypeSize {
    std::string_view name;
    uint64_t bytes;
};
constexpr TypeSize kTypeSizes[] = {{"F64", 8},  {"F32", 4},     {"F16", 2},    {"BF16", 2},
                                   {"I64", 8},  {"I32", 4},     {"I16", 2},    {"I8", 1},
                                   {"U64", 8},  {"U32", 4},     {"U16", 2},    {"U8", 1},
                                   {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};

template <typename... Args>
std::unexpected<Error> Bad(std::string_view tensor, fmt::format_string<Args...> format,
                           Args&&... args) {
    return At(fmt::format("tensor {}", tensor),
              Error{ErrorCode::kCorrupt, fmt::format(format, std::forward<Args>(args)...), {}});
}

/// An array of whole numbers that are not negative.
Result<std::vector<uint64_t>> ReadNumbers(std::string_view tensor, const json::object& fields,
                                          std::string_view key, size_t most) {
    const json::value* value = fields.if_contains(key);
    if (value == nullptr || !value->is_array() || value->get_array().size() > most) {
        return Bad(tensor, "{} is not an array of at most {} numbers", key, most);
    }
    std::vector<uint64_t> numbers;
    for (const json::value& element : value->get_array()) {
        if (!element.is_int64() || element.get_int64() < 0) {
            return Bad(tensor, "{} has an element that is no whole number below 2^63", key);
        }
        numbers.push_back(static_cast<uint64_t>(element.get_int64()));
    }
    return numbers;
}

Result<Safetensor> ReadTensor(std::string_view name, const json::value& description,
                              std::span<const std::byte> data) {
    if (!description.is_object()) return Bad(name, "its description is no object");
    const json::object& fields = description.get_object();
    Safetensor tensor;
    tensor.name = name;
    const json::value* type = fields.if_contains("dtype");
    if (type == nullptr || !type->is_string()) return Bad(name, "dtype is no text");
    tensor.type_name = std::string(type->get_string());
    uint64_t bytes = 0;
    for (const TypeSize& known : kTypeSizes) {
        if (known.name == tensor.type_name) bytes = known.bytes;
    }
    if (bytes == 0) return Bad(name, "dtype \"{}\" is unknown", tensor.type_name);
    tensor.type = DTypeByName(tensor.type_name);
    ARGOSY_TRY(const auto shape, ReadNumbers(name, fields, "shape", kMaxDimensions));
    for (const uint64_t size : shape) {
        if (size != 0 && bytes > (uint64_t{1} << 60) / size) {
            return Bad(name, "the shape's product overflows");
        }
        bytes *= size;
        tensor.shape.push_back(static_cast<int64_t>(size));
    }
    ARGOSY_TRY(const auto offsets, ReadNumbers(name, fields, "data_offsets", 2));
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size()) {
        return Bad(name, "data_offsets {} do not lie within the {} bytes of data",
                   fmt::format("[{}]", fmt::join(offsets, ", ")), data.size());
    }
    if (offsets[1] - offsets[0] != bytes) {
        return Bad(name, "data_offsets span {} bytes, the shape takes {}", offsets[1] - offsets[0],
                   bytes);
    }
    tensor.bytes = data.subspan(offsets[0], bytes);
    return tensor;
}

Result<std::set<std::string>> IndexedFiles(const std::filesystem::path& index) {
    ARGOSY_TRY(const json::object document, ReadJsonObject(index));
    const json::value* map = document.if_contains("weight_map");
    if (map == nullptr || !map->is_object()) {
        return At(index.string(), Error{ErrorCode::kCorrupt, "weight_map is no object", {}});
    }
    std::set<std::string> files;
    for (const auto& [tensor, file] : map->get_object()) {
        const std::string name = file.is_string() ? std::string(file.get_string()) : "";
        // A name with a path in it would read files outside of the folder.
        if (!name.ends_with(".safetensors") || name.find('/') != name.npos) {
            return At(index.string(), Error{ErrorCode::kCorrupt,
                                            fmt::format("weight_map of {} is no file name",
                                                        std::string_view(tensor)),
                                            {}});
        }
        files.insert(name);
    }
    return files;
}

}  // namespace

Result<std::vector<Safetensor>> ParseSafetensors(std::span<const std::byte> file) {
    ByteCursor cursor(file);
    ARGOSY_TRY(const std::string_view header, cursor.ReadString("header", kMaxHeaderBytes));
    auto document = ParseJson(header, 8);
    if (!document) {
        document.error().code = ErrorCode::kCorrupt;
        return At("header", std::move(document.error()));
    }
    if (!document->is_object()) {
        return Err(ErrorCode::kCorrupt, "the header is no JSON object");
    }
    std::vector<Safetensor> tensors;
    for (const auto& [name, description] : document->get_object()) {
        if (name == "__metadata__") continue;
        ARGOSY_TRY(Safetensor tensor, ReadTensor(name, description, file.subspan(cursor.offset())));
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

Result<SafetensorsFolder> OpenSafetensors(const std::filesystem::path& folder) {
    std::set<std::string> names = {"model.safetensors"};
    const auto index = folder / "model.safetensors.index.json";
    std::error_code error;
    if (std::filesystem::exists(index, error)) {
        ARGOSY_TRY(names, IndexedFiles(index));
    }
    SafetensorsFolder result;
    std::unordered_set<std::string> seen;
    for (const std::string& name : names) {
        ARGOSY_TRY(MappedFile file, MappedFile::Open(folder / name));
        auto tensors = ParseSafetensors(file.bytes());
        if (!tensors) return At((folder / name).string(), std::move(tensors.error()));
        for (Safetensor& tensor : *tensors) {
            if (!seen.insert(tensor.name).second) {
                return At(folder.string(),
                          Error{ErrorCode::kCorrupt,
                                fmt::format("tensor {} is in two files", tensor.name),
                                {}});
            }
            result.tensors.push_back(std::move(tensor));
        }
        result.files.push_back(std::move(file));
    }
    return result;
}

}  // namespace argosy
