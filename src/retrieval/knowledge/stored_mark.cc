#include "retrieval/knowledge/stored_mark.h"

#include <algorithm>
#include <utility>

#include "model/fetch/sha.h"

namespace argosy::retrieval {

namespace {

constexpr std::string_view kFormat = "1";

// The text before the next space, which is taken off; nothing left over where there is no space.
std::string_view TakeWord(std::string_view& text) {
    const size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
    return word;
}

bool IsSourceKind(char kind) {
    return kind == static_cast<char>(SourceKind::kDeclared) ||
           kind == static_cast<char>(SourceKind::kAdded) ||
           kind == static_cast<char>(SourceKind::kUpload);
}

}  // namespace

std::string FormatMark(const StoredMark& mark) {
    std::string text(kFormat);
    text += " " + mark.Version() + " ";
    text += static_cast<char>(mark.source.kind);
    return text + mark.source.uri;
}

StoredMark ParseMark(std::string_view text) {
    std::string_view rest = text;
    const std::string_view format = TakeWord(rest);
    const std::string_view embedding = TakeWord(rest);
    const std::string_view content = TakeWord(rest);
    if (format != kFormat || embedding.empty() || content.empty() || rest.empty() ||
        !IsSourceKind(rest[0])) {
        std::string whole(text.empty() ? "?" : text);
        std::ranges::replace(whole, ' ', '_');
        return {"?", std::move(whole), {SourceKind::kUpload, {}}};
    }
    return {std::string(embedding),
            std::string(content),
            {static_cast<SourceKind>(rest[0]), std::string(rest.substr(1))}};
}

std::string EmbeddingKey(std::string_view model, size_t dimensions) {
    if (dimensions == 0) return "-";
    Sha sha(Sha::Kind::kSha256);
    sha.Add(std::to_string(dimensions) + ":");
    sha.Add(model);
    return sha.Hex().substr(0, 16);
}

}  // namespace argosy::retrieval
