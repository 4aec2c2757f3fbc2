#include "retrieval/split/markdown_blocks.h"

#include <algorithm>
#include <utility>

namespace argosy::retrieval {

namespace {

using Kind = MarkdownBlock::Kind;

std::string_view Trim(std::string_view line) { return Strip(line, {0, line.size()}).Of(line); }

// Without up to three blanks; more of them make indented code, which is neither fence nor heading.
std::string_view Unindented(std::string_view line) {
    const size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    return blanks <= 3 ? line.substr(blanks) : std::string_view();
}

size_t RunLength(std::string_view line, char c) {
    return std::min(line.find_first_not_of(c), line.size());
}

struct Fence {
    char mark = 0;  // 0: none
    size_t length = 0;
};

Fence OpeningFence(std::string_view line) {
    const std::string_view bare = Unindented(line);
    for (const char mark : {'`', '~'}) {
        const size_t length = RunLength(bare, mark);
        if (length < 3) continue;
        // An info string after backticks has none, else the line is inline code.
        if (mark == '`' && bare.substr(length).contains('`')) continue;
        return {mark, length};
    }
    return {};
}

bool Closes(const Fence& fence, std::string_view line) {
    const std::string_view bare = Trim(Unindented(line));
    return bare.size() >= fence.length && RunLength(bare, fence.mark) == bare.size();
}

// 1 to 6 for "# title", else 0.
int AtxLevel(std::string_view line) {
    const std::string_view bare = Unindented(line);
    const size_t level = RunLength(bare, '#');
    if (level == 0 || level > 6) return 0;
    return level == bare.size() || bare[level] == ' ' || bare[level] == '\t' || bare[level] == '\r'
               ? static_cast<int>(level)
               : 0;
}

std::string AtxTitle(std::string_view line) {
    std::string_view title = Trim(line);
    title = Trim(title.substr(RunLength(title, '#')));
    // "## Title ##": closing marks count only after a blank.
    const size_t kept = title.find_last_not_of('#');
    if (kept == std::string_view::npos) return {};
    if (kept + 1 < title.size() && (title[kept] == ' ' || title[kept] == '\t')) {
        title = Trim(title.substr(0, kept));
    }
    return std::string(title);
}

// 1 for "===" and 2 for "---" below a line of text, else 0.
int UnderlineLevel(std::string_view line) {
    const std::string_view bare = Trim(Unindented(line));
    if (bare.empty()) return 0;
    if (RunLength(bare, '=') == bare.size()) return 1;
    return RunLength(bare, '-') == bare.size() ? 2 : 0;
}

class Outliner {
  public:
    explicit Outliner(std::string_view text) : text_(text) {}

    std::vector<MarkdownBlock> Parse() {
        while (at_ < text_.size()) {
            const Span span = TakeLine();
            Line(span.Of(text_), span);
        }
        return std::move(blocks_);
    }

  private:
    Span TakeLine() {
        const size_t end = text_.find('\n', at_);
        const Span line{at_, end == std::string_view::npos ? text_.size() : end + 1};
        at_ = line.end;
        return line;
    }

    void Line(std::string_view line, Span span) {
        if (fence_.mark != 0) {
            blocks_.back().span.end = span.end;
            if (Closes(fence_, line)) End();
        } else if (Trim(line).empty()) {
            Blank(span);
        } else if (fence_ = OpeningFence(line); fence_.mark != 0) {
            Begin(Kind::kFence, span);
        } else if (const int level = AtxLevel(line)) {
            Begin(Kind::kHeading, span);
            blocks_.back().level = level;
            blocks_.back().title = AtxTitle(line);
            End();
        } else {
            Text(line, span);
        }
    }

    void Blank(Span span) {
        if (blocks_.empty()) Begin(Kind::kText, span);
        blocks_.back().span.end = span.end;
        open_ = false;
    }

    void Text(std::string_view line, Span span) {
        if (!open_) return Begin(Kind::kText, span);
        MarkdownBlock& block = blocks_.back();
        if (const int level = UnderlineLevel(line); level != 0) {
            block.kind = Kind::kHeading;
            block.level = level;
            block.title = std::string(Trim(block.span.Of(text_)));
            open_ = false;
        }
        block.span.end = span.end;
    }

    void Begin(Kind kind, Span span) {
        blocks_.push_back({kind, span, 0, {}});
        open_ = true;
    }

    // The block is whole; blank lines may still follow it.
    void End() {
        fence_ = {};
        open_ = false;
    }

    std::string_view text_;
    size_t at_ = 0;
    Fence fence_;
    bool open_ = false;  // a further line of text belongs to the last block
    std::vector<MarkdownBlock> blocks_;
};

}  // namespace

std::vector<MarkdownBlock> ParseMarkdownBlocks(std::string_view text) {
    return Outliner(text).Parse();
}

}  // namespace argosy::retrieval
