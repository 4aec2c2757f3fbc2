#include "retrieval/split/markdown_splitter.h"

#include <utility>

#include "retrieval/split/markdown_blocks.h"
#include "retrieval/split/pack_spans.h"
#include "retrieval/split/strict_splitter.h"

namespace argosy::retrieval {

namespace {

struct Section {
    std::vector<std::pair<int, std::string>> path;  // levels and titles, outermost first
    std::vector<Span> blocks;
    bool has_body = false;
};

// A heading directly followed by a deeper one begins no section of its own: its line stays with the
// text below the deeper one.
std::vector<Section> SectionsOf(const std::vector<MarkdownBlock>& blocks) {
    std::vector<Section> sections(1);
    for (const MarkdownBlock& block : blocks) {
        if (block.kind == MarkdownBlock::Kind::kHeading) {
            auto path = sections.back().path;
            const bool deeper = path.empty() || path.back().first < block.level;
            while (!path.empty() && path.back().first >= block.level) path.pop_back();
            path.emplace_back(block.level, block.title);
            if (sections.back().has_body || !deeper) sections.emplace_back();
            sections.back().path = std::move(path);
        } else {
            sections.back().has_body = true;
        }
        sections.back().blocks.push_back(block.span);
    }
    return sections;
}

json::array Headings(const Section& section) {
    json::array headings;
    for (const auto& [level, title] : section.path) headings.emplace_back(title);
    return headings;
}

}  // namespace

Result<MarkdownSplitter> MarkdownSplitter::Make(RecursiveOptions options) {
    ARGOSY_CHECK_OK(StrictSplitter::Make(options));
    if (options.separators.empty()) options.separators = RecursiveOptions().separators;
    return MarkdownSplitter(std::move(options));
}

std::vector<Chunk> MarkdownSplitter::Split(const Document& document) const {
    std::vector<Chunk> chunks;
    for (const Section& section : SectionsOf(ParseMarkdownBlocks(document.text))) {
        for (const Span& span : PackSpans(document.text, section.blocks, options_)) {
            const Span kept = options_.strip_whitespace ? Strip(document.text, span) : span;
            if (kept.empty()) continue;
            chunks.push_back(MakeChunk(document, chunks.size(), kept.begin,
                                       std::string(kept.Of(document.text))));
            chunks.back().metadata["headings"] = Headings(section);
        }
    }
    return chunks;
}

}  // namespace argosy::retrieval
