// What a knowledge base writes in the place of a stored document's hash: beside the content's hash
// which embedding its vectors are of and which source it came from. Kept with the document in one
// write, so a crash cannot part them.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace argosy::retrieval {

enum class SourceKind : char {
    kDeclared = 'd',  // of the knowledge base's options
    kAdded = 'a',     // an address that a caller named
    kUpload = 'u',
};

struct SourceKey {
    SourceKind kind = SourceKind::kUpload;
    std::string uri;  // of an upload: its file's name

    auto operator<=>(const SourceKey&) const = default;
};

struct StoredMark {
    std::string embedding;  // EmbeddingKey of the vectors; no space
    std::string content;    // ContentHash with the splitter's recipe; no space
    SourceKey source;

    /// Whether neither text nor vectors have changed.
    std::string Version() const { return embedding + " " + content; }
    bool operator==(const StoredMark&) const = default;
};

/// "1 EMBEDDING CONTENT dURI".
std::string FormatMark(const StoredMark& mark);
/// What somebody else wrote there is the content of an upload without a name: it is replaced by
/// whatever has its document's id, and never deleted by itself.
StoredMark ParseMark(std::string_view text);

/// Says which vectors a document has: 16 digits of a hash over the model's name and its dimensions,
/// "-" for none.
std::string EmbeddingKey(std::string_view model, size_t dimensions);

}  // namespace argosy::retrieval
