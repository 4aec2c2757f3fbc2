#include "retrieval/load/html_page.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"

namespace argosy::retrieval {

namespace {

template <size_t kCount>
bool IsOneOf(GumboTag tag, const GumboTag (&tags)[kCount]) {
    return std::ranges::find(tags, tag) != std::end(tags);
}

constexpr GumboTag kUnseen[] = {
    GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE,    GUMBO_TAG_NOSCRIPT, GUMBO_TAG_TEMPLATE, GUMBO_TAG_NAV,
    GUMBO_TAG_TITLE,  GUMBO_TAG_IFRAME,   GUMBO_TAG_OBJECT,   GUMBO_TAG_SVG,      GUMBO_TAG_SELECT,
    GUMBO_TAG_BUTTON, GUMBO_TAG_TEXTAREA, GUMBO_TAG_CANVAS,   GUMBO_TAG_AUDIO,    GUMBO_TAG_VIDEO};

constexpr GumboTag kBlocks[] = {
    GUMBO_TAG_P,       GUMBO_TAG_DIV,    GUMBO_TAG_SECTION,    GUMBO_TAG_ARTICLE,
    GUMBO_TAG_MAIN,    GUMBO_TAG_HEADER, GUMBO_TAG_FOOTER,     GUMBO_TAG_ASIDE,
    GUMBO_TAG_H1,      GUMBO_TAG_H2,     GUMBO_TAG_H3,         GUMBO_TAG_H4,
    GUMBO_TAG_H5,      GUMBO_TAG_H6,     GUMBO_TAG_UL,         GUMBO_TAG_OL,
    GUMBO_TAG_LI,      GUMBO_TAG_DL,     GUMBO_TAG_DT,         GUMBO_TAG_DD,
    GUMBO_TAG_TABLE,   GUMBO_TAG_TR,     GUMBO_TAG_CAPTION,    GUMBO_TAG_BLOCKQUOTE,
    GUMBO_TAG_PRE,     GUMBO_TAG_FIGURE, GUMBO_TAG_FIGCAPTION, GUMBO_TAG_HR,
    GUMBO_TAG_ADDRESS, GUMBO_TAG_FORM,   GUMBO_TAG_DETAILS,    GUMBO_TAG_SUMMARY,
    GUMBO_TAG_BODY};

// A blank line stands around these, as readers see them set apart.
constexpr GumboTag kParagraphs[] = {
    GUMBO_TAG_P,  GUMBO_TAG_H1, GUMBO_TAG_H2,    GUMBO_TAG_H3,         GUMBO_TAG_H4,
    GUMBO_TAG_H5, GUMBO_TAG_H6, GUMBO_TAG_TABLE, GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_PRE,
    GUMBO_TAG_UL, GUMBO_TAG_OL, GUMBO_TAG_DL,    GUMBO_TAG_SECTION,    GUMBO_TAG_ARTICLE};

bool IsHidden(const GumboElement& element) {
    if (IsOneOf(element.tag, kUnseen)) return true;
    if (gumbo_get_attribute(&element.attributes, "hidden") != nullptr) return true;
    const GumboAttribute* aria = gumbo_get_attribute(&element.attributes, "aria-hidden");
    if (aria != nullptr && std::string_view(aria->value) == "true") return true;
    const GumboAttribute* style = gumbo_get_attribute(&element.attributes, "style");
    if (style == nullptr) return false;
    std::string bare(style->value);
    std::erase(bare, ' ');
    return bare.contains("display:none");
}

const GumboVector* ChildrenOf(const GumboNode& node) {
    if (node.type == GUMBO_NODE_ELEMENT) return &node.v.element.children;
    return node.type == GUMBO_NODE_DOCUMENT ? &node.v.document.children : nullptr;
}

// Text with white space as CSS's "normal" and "pre" have it.
class Writer {
  public:
    void Break(size_t lines) {
        if (!text_.empty()) breaks_ = std::max(breaks_, lines);
        blank_ = false;
    }

    void Add(std::string_view text, bool preformatted) {
        if (preformatted) return AddRaw(text);
        for (const char c : text) {
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
                blank_ = breaks_ == 0 && !text_.empty();
            } else {
                Flush();
                text_ += c;
            }
        }
    }

    void AddRaw(std::string_view text) {
        if (text.empty()) return;
        Flush();
        text_ += text;
    }

    std::string Take() {
        while (!text_.empty() && (text_.back() == ' ' || text_.back() == '\n')) text_.pop_back();
        return std::move(text_);
    }

  private:
    void Flush() {
        if (blank_) text_ += ' ';
        text_.append(breaks_, '\n');
        blank_ = false;
        breaks_ = 0;
    }

    std::string text_;
    size_t breaks_ = 0;  // line ends before the next character
    bool blank_ = false;
};

// Walks without recursion, for pages nest as deep as they like.
class Reader {
  public:
    HtmlPage Read(const GumboNode& root) {
        stack_.push_back({&root, 0, false});
        while (!stack_.empty()) Step();
        HtmlPage page;
        // A character reference beyond Unicode comes out of the parser as bytes that are no UTF-8.
        page.title = SanitizeUtf8(title_.Take());
        page.text = SanitizeUtf8(text_.Take());
        if (page.title.empty()) page.title = SanitizeUtf8(heading_.Take());
        return page;
    }

  private:
    struct Level {
        const GumboNode* node;
        unsigned next;  // child
        bool preformatted;
    };

    void Step() {
        Level& level = stack_.back();
        const GumboVector* children = ChildrenOf(*level.node);
        if (children == nullptr || level.next >= children->length) {
            Leave(*level.node);
            stack_.pop_back();
            return;
        }
        Enter(*static_cast<const GumboNode*>(children->data[level.next++]), level.preformatted);
    }

    void Enter(const GumboNode& node, bool preformatted) {
        if (node.type != GUMBO_NODE_ELEMENT) return Text(node, preformatted);
        const GumboElement& element = node.v.element;
        if (element.tag == GUMBO_TAG_TITLE && !seen_title_) Title(element);
        if (IsHidden(element)) return;
        if (element.tag == GUMBO_TAG_H1 && !seen_heading_) {
            seen_heading_ = true;
            heading_depth_ = stack_.size();
        }
        Edge(element.tag);
        if (element.tag == GUMBO_TAG_BR) text_.Break(1);
        if (element.tag == GUMBO_TAG_TD || element.tag == GUMBO_TAG_TH) text_.Add(" ", false);
        stack_.push_back({&node, 0, preformatted || element.tag == GUMBO_TAG_PRE});
    }

    void Leave(const GumboNode& node) {
        if (node.type != GUMBO_NODE_ELEMENT) return;
        if (stack_.size() - 1 == heading_depth_) heading_depth_ = 0;
        Edge(node.v.element.tag);
    }

    void Edge(GumboTag tag) {
        if (!IsOneOf(tag, kBlocks)) return;
        text_.Break(IsOneOf(tag, kParagraphs) ? 2 : 1);
        heading_.Add(" ", false);
    }

    static bool IsText(const GumboNode& node) {
        return node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE ||
               node.type == GUMBO_NODE_CDATA;
    }

    void Text(const GumboNode& node, bool preformatted) {
        if (!IsText(node)) return;  // a comment, or a template
        text_.Add(node.v.text.text, preformatted);
        if (heading_depth_ > 0) heading_.Add(node.v.text.text, false);
    }

    void Title(const GumboElement& element) {
        seen_title_ = true;
        for (unsigned i = 0; i < element.children.length; ++i) {
            const auto& child = *static_cast<const GumboNode*>(element.children.data[i]);
            if (IsText(child)) title_.Add(child.v.text.text, false);
        }
    }

    std::vector<Level> stack_;
    Writer text_, title_, heading_;
    bool seen_title_ = false;
    bool seen_heading_ = false;
    size_t heading_depth_ = 0;  // of the first h1 while within it
};

}  // namespace

Result<HtmlPage> ReadHtml(std::string_view page, const HtmlLimits& limits) {
    ARGOSY_TRY(const HtmlTree tree, HtmlTree::Parse(page, limits));
    return Reader().Read(tree.root());
}

}  // namespace argosy::retrieval
