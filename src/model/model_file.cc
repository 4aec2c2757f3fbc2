#include "model/model_file.h"

#include <limits>
#include <utility>

namespace argosy {

namespace {

/// The kind of a value for a person: "text", "array of integers".
std::string_view KindOf(const MetaValue& value) {
    if (const auto* array = std::get_if<MetaArray>(&value)) {
        constexpr std::string_view kKinds[] = {"array of integers", "array of floats",
                                               "array of texts", "array of booleans"};
        return kKinds[array->index()];
    }
    constexpr std::string_view kKinds[] = {"integer", "integer", "float", "boolean", "text"};
    return kKinds[value.index()];
}

std::optional<int64_t> AsInt(const MetaValue& value) {
    if (const auto* v = std::get_if<int64_t>(&value)) return *v;
    if (const auto* v = std::get_if<uint64_t>(&value)) {
        if (std::in_range<int64_t>(*v)) return static_cast<int64_t>(*v);
    }
    return std::nullopt;
}

std::optional<double> AsFloat(const MetaValue& value) {
    if (const auto* v = std::get_if<double>(&value)) return *v;
    if (const auto* v = std::get_if<uint64_t>(&value)) return static_cast<double>(*v);
    if (const auto v = AsInt(value)) return static_cast<double>(*v);
    return std::nullopt;
}

template <typename T>
Result<T> Require(const ModelFile& model, std::string_view key, std::string_view wanted,
                  std::optional<T> found) {
    if (found) return *std::move(found);
    const MetaValue* value = model.Find(key);
    if (value == nullptr) {
        return At(model.path().string(),
                  Error{ErrorCode::kNotFound, fmt::format("metadata key {} is missing", key), {}});
    }
    return At(model.path().string(),
              Error{ErrorCode::kCorrupt,
                    fmt::format("metadata key {} is {}, not {}", key,
                                std::holds_alternative<uint64_t>(*value) ? "an integer too large"
                                                                         : KindOf(*value),
                                wanted),
                    {}});
}

}  // namespace

std::optional<std::string> ModelFile::GetString(std::string_view key) const {
    const MetaValue* value = Find(key);
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
    if (text == nullptr) return std::nullopt;
    return *text;
}

std::optional<int64_t> ModelFile::GetInt(std::string_view key) const {
    const MetaValue* value = Find(key);
    return value == nullptr ? std::nullopt : AsInt(*value);
}

std::optional<double> ModelFile::GetFloat(std::string_view key) const {
    const MetaValue* value = Find(key);
    return value == nullptr ? std::nullopt : AsFloat(*value);
}

std::optional<bool> ModelFile::GetBool(std::string_view key) const {
    const MetaValue* value = Find(key);
    const auto* flag = value == nullptr ? nullptr : std::get_if<bool>(value);
    if (flag == nullptr) return std::nullopt;
    return *flag;
}

const std::vector<std::string>* ModelFile::GetStrings(std::string_view key) const {
    const MetaValue* value = Find(key);
    const auto* array = value == nullptr ? nullptr : std::get_if<MetaArray>(value);
    return array == nullptr ? nullptr : std::get_if<std::vector<std::string>>(array);
}

Result<std::string> ModelFile::RequireString(std::string_view key) const {
    return Require(*this, key, "text", GetString(key));
}

Result<int64_t> ModelFile::RequireInt(std::string_view key) const {
    return Require(*this, key, "integer", GetInt(key));
}

Result<double> ModelFile::RequireFloat(std::string_view key) const {
    return Require(*this, key, "float", GetFloat(key));
}

}  // namespace argosy
