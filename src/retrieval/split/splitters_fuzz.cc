// Any text is cut into chunks that stand in it where they say, of bounded size, by every splitter.
#include <cstdint>
#include <cstdlib>

#include "model/tokenizers/utf8.h"
#include "retrieval/split/make_splitter.h"
#include "retrieval/split/text_span.h"

using namespace argosy::retrieval;

namespace {

// A document's text is UTF-8, as loaders see to; bytes that are not are taken as Latin-1.
std::string AsUtf8(std::string_view bytes) {
    if (argosy::tokenizers::IsValidUtf8(bytes)) return std::string(bytes);
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) text += static_cast<char>(0xc0 | (byte >> 6));
        text += static_cast<char>(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte);
    }
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2) return 0;
    RecursiveOptions options;
    options.chunk_size = 2 + data[0];
    options.chunk_overlap = data[1] % (options.chunk_size - 1);
    options.keep_separator = data[0] % 2 == 0 ? KeepSeparator::kStart : KeepSeparator::kEnd;
    options.strip_whitespace = data[1] % 3 != 0;
    Document document;
    document.text = AsUtf8({reinterpret_cast<const char*>(data) + 2, size - 2});
    for (const auto kind : {SplitterKind::kRecursive, SplitterKind::kStrict,
                            SplitterKind::kMarkdown, SplitterKind::kSentence}) {
        const auto splitter = argosy::OrThrow(MakeSplitter(kind, options));
        size_t covered = 0;
        for (const Chunk& chunk : splitter->Split(document)) {
            if (document.text.compare(chunk.begin, chunk.text.size(), chunk.text) != 0) abort();
            if (CountCodePoints(chunk.text) > options.chunk_size) abort();
            const bool gap = chunk.begin > covered;
            if (gap && !Strip(document.text, {covered, chunk.begin}).empty()) abort();
            covered = std::max(covered, chunk.begin + chunk.text.size());
        }
        if (!Strip(document.text, {covered, document.text.size()}).empty()) abort();
    }
    return 0;
}
