#include "lifecycle/shop/fact_reader.h"

#include <algorithm>
#include <set>

#include "lifecycle/shop/category.h"

namespace argosy::lifecycle::shop::internal {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWord(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool AtWord(std::string_view text, size_t at, std::string_view word) {
    if (!text.substr(at).starts_with(word)) return false;
    const size_t end = at + word.size();
    return (at == 0 || !IsWord(text[at - 1])) && (end == text.size() || !IsWord(text[end]));
}

// All words that an answer can state about a product, the longest first.
const std::vector<std::string>& Lexicon() {
    static const std::vector<std::string> kWords = [] {
        std::set<std::string> all{"waterproof", "not waterproof", "in stock", "out of stock"};
        all.insert(Colours().begin(), Colours().end());
        for (const Category& category : Categories()) {
            all.insert(category.materials.begin(), category.materials.end());
            for (const auto use : category.uses) all.insert("for " + std::string(use));
            for (const auto size : category.sizes) all.insert("size " + std::string(size));
        }
        for (const auto audience : Audiences()) all.insert("for " + std::string(audience));
        std::vector<std::string> words(all.begin(), all.end());
        std::ranges::sort(words, std::ranges::greater(), &std::string::size);
        return words;
    }();
    return kWords;
}

class Reader {
  public:
    Reader(std::string_view answer, const std::vector<const Product*>& context)
        : text_(answer), context_(context) {
        by_length_ = context;
        std::ranges::sort(by_length_, std::ranges::greater(),
                          [](const Product* p) { return p->name.size(); });
    }

    Reading Run() {
        for (size_t at = 0; at < text_.size();) at += Step(at);
        // A fact in front of the first name is about that.
        for (const auto& [position, text] : pending_) Keep(position, text);
        return std::move(out_);
    }

  private:
    size_t Step(size_t at) {
        for (const Product* product : by_length_) {
            if (AtWord(text_, at, product->name)) return Name(at, *product);
        }
        if (text_[at] == '[') return Citation(at);
        if (at > 0 && IsWord(text_[at - 1])) return 1;
        const std::string_view fact = Fact(at);
        if (fact.empty()) return 1;
        pending_.emplace_back(at, fact);
        return fact.size();
    }

    size_t Name(size_t at, const Product& product) {
        out_.mentions.push_back({at, &product});
        last_name_end_ = at + product.name.size();
        return product.name.size();
    }

    size_t Citation(size_t at) {
        size_t end = at + 1;
        size_t number = 0;
        while (end < text_.size() && IsDigit(text_[end]) && number < 100) {
            number = number * 10 + static_cast<size_t>(text_[end++] - '0');
        }
        if (end == at + 1 || end == text_.size() || text_[end] != ']') return 1;
        const Product* cited =
            number >= 1 && number <= context_.size() ? context_[number - 1] : nullptr;
        if (last_name_end_ + 1 == at && !out_.mentions.empty()) {
            if (out_.mentions.back().product != cited) out_.citations_agree = false;
        } else {
            if (FollowsSomeName(at)) out_.citations_agree = false;
            out_.mentions.push_back({at, cited});
        }
        return end + 1 - at;
    }

    // Whether a word with a capital stands before, within a sentence: a name, but none of the list.
    bool FollowsSomeName(size_t at) const {
        if (at < 2 || text_[at - 1] != ' ') return false;
        size_t begin = at - 1;
        while (begin > 0 && (IsWord(text_[begin - 1]) || text_[begin - 1] == '-')) --begin;
        const bool capital = text_[begin] >= 'A' && text_[begin] <= 'Z';
        return capital && begin >= 2 && IsWord(text_[begin - 2]);
    }

    std::string_view Fact(size_t at) const {
        if (text_[at] == '$') return Price(at);
        if (IsDigit(text_[at])) return Measure(at);
        for (const std::string& word : Lexicon()) {
            if (AtWord(text_, at, word)) return text_.substr(at, word.size());
        }
        return {};
    }

    size_t NumberEnd(size_t at) const {
        while (at < text_.size() && IsDigit(text_[at])) ++at;
        if (at + 1 < text_.size() && text_[at] == '.' && IsDigit(text_[at + 1])) {
            ++at;
            while (at < text_.size() && IsDigit(text_[at])) ++at;
        }
        return at;
    }

    // A limit that the shopper set is no fact: "under $100".
    std::string_view Price(size_t at) const {
        for (const std::string_view word : {"under ", "below ", "over ", "above ", "than "}) {
            if (text_.substr(0, at).ends_with(word)) return {};
        }
        const size_t end = NumberEnd(at + 1);
        return end == at + 1 ? std::string_view() : text_.substr(at, end - at);
    }

    std::string_view Measure(size_t at) const {
        const size_t end = NumberEnd(at);
        for (const std::string_view unit : {" stars", " kg", " g"}) {
            if (AtWord(text_, end + 1, unit.substr(1)) && text_.substr(end).starts_with(unit)) {
                return text_.substr(at, end + unit.size() - at);
            }
        }
        return {};
    }

    void Keep(size_t position, std::string_view text) {
        const Product* about = nullptr;
        for (const Mention& mention : out_.mentions) {
            if (mention.at < position || about == nullptr) about = mention.product;
            if (mention.at > position) break;
        }
        if (about != nullptr) out_.statements.push_back({about, std::string(text)});
    }

    std::string_view text_;
    const std::vector<const Product*>& context_;
    std::vector<const Product*> by_length_;
    std::vector<std::pair<size_t, std::string_view>> pending_;
    size_t last_name_end_ = SIZE_MAX - 1;
    Reading out_;
};

}  // namespace

Reading ReadAnswer(std::string_view answer, const std::vector<const Product*>& context) {
    return Reader(answer, context).Run();
}

bool IsTrue(const Statement& statement) {
    const Product& p = *statement.product;
    const std::string& text = statement.text;
    if (text.starts_with('$')) return text == PriceText(p.cents);
    if (text.ends_with(" stars")) return text == RatingText(p);
    if (text.ends_with("stock")) return text == StockText(p);
    if (text.ends_with("waterproof")) return text == p.waterproof;
    if (text.starts_with("for ")) return text == "for " + p.audience || text == "for " + p.use;
    if (text.starts_with("size ")) return text == "size " + p.size;
    const bool weight = text.ends_with(" g") || text.ends_with(" kg");
    if (weight && text == WeightText(p.grams)) return true;
    return text == p.colour || text == p.material;
}

}  // namespace argosy::lifecycle::shop::internal
