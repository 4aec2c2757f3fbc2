#include "model/text_file.h"

#include <fstream>
#include <utility>

namespace argosy {

std::optional<std::string> ReadTextFile(const std::filesystem::path& path) {
    constexpr uintmax_t kMaxBytes = 256u << 20;
    std::error_code error;
    const uintmax_t size = std::filesystem::file_size(path, error);
    if (error || size > kMaxBytes) return std::nullopt;
    std::ifstream in(path, std::ios::binary);
    std::string text(size, '\0');
    if (!in.read(text.data(), static_cast<std::streamsize>(size))) return std::nullopt;
    return text;
}

Result<json::object> ReadJsonObject(const std::filesystem::path& path) {
    const auto text = ReadTextFile(path);
    if (!text) return At(path.string(), Error{ErrorCode::kNotFound, "cannot read this file", {}});
    auto document = ParseJson(*text);
    if (!document) {
        document.error().code = ErrorCode::kCorrupt;
        return At(path.string(), std::move(document.error()));
    }
    if (!document->is_object()) {
        return At(path.string(), Error{ErrorCode::kCorrupt, "not a JSON object", {}});
    }
    return std::move(document->get_object());
}

}  // namespace argosy
