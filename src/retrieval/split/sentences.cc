#include "retrieval/split/sentences.h"

#include <utf8proc.h>

#include <algorithm>
#include <string>

namespace argosy::retrieval {

namespace {

constexpr std::u32string_view kStops =
    U".!?\u2026\u061F\u06D4\u0964\u0965\u1362\u0589\u17D4\u203C"
    U"\u2047\u2048\u2049";
// After these no blank follows: the next character may begin a sentence.
constexpr std::u32string_view kWideStops = U"\u3002\uFF01\uFF1F\uFF61\uFF0E";
constexpr std::u32string_view kClosers =
    U")]}\"'\u201D\u2019\u00BB\u203A\u300D\u300F\u3011\u3009\u300B\uFF09\uFF3D";

bool IsStop(char32_t c) { return kStops.contains(c) || kWideStops.contains(c); }

bool IsLower(char32_t c) { return utf8proc_islower(static_cast<utf8proc_int32_t>(c)) != 0; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Words whose full stop does not end a sentence even where a capital follows. Those that often do
// ("etc.", "Inc.", "p.m.") are not here: the next letter decides.
constexpr std::string_view kAbbreviations[] = {
    "adm", "approx", "art", "bzw", "ca",  "capt", "cf",   "col",  "dept", "dr",  "e.g",  "eq",
    "est", "fig",    "gen", "gov", "hr",  "i.e",  "inkl", "lt",   "max",  "min", "mme",  "mr",
    "mrs", "ms",     "mt",  "no",  "nr",  "op",   "pp",   "prof", "rep",  "rev", "sen",  "sgt",
    "sr",  "sra",    "st",  "str", "tab", "tel",  "u.a",  "ud",   "uds",  "vgl", "viz",  "vol",
    "vs",  "z.b",    "d.h", "al",  "ext", "ave",  "blvd", "temp", "frau", "fr",  "chap", "sec"};

// "U.S", "J", "J.R.R": single capitals between full stops.
bool IsInitials(std::string_view word) {
    for (size_t i = 0; i < word.size(); ++i) {
        const bool good = i % 2 == 0 ? word[i] >= 'A' && word[i] <= 'Z' : word[i] == '.';
        if (!good) return false;
    }
    return word.size() % 2 == 1;
}

class Finder {
  public:
    explicit Finder(std::string_view text) : text_(text) {}

    std::vector<Span> Find() {
        while (at_ < text_.size()) {
            const CodePoint here = CodePointAt(text_, at_);
            if (here.value == '\n') {
                LineBreak();
            } else if (IsStop(here.value)) {
                Stop();
            } else {
                at_ = here.next;
            }
        }
        if (begin_ < text_.size()) sentences_.push_back({begin_, text_.size()});
        return std::move(sentences_);
    }

  private:
    char32_t At(size_t at) const {
        return at < text_.size() ? CodePointAt(text_, at).value : U'\0';
    }

    size_t SkipAll(size_t at, bool (*kind)(char32_t)) const {
        while (at < text_.size()) {
            const CodePoint here = CodePointAt(text_, at);
            if (!kind(here.value)) break;
            at = here.next;
        }
        return at;
    }

    void End(size_t at) {
        at_ = SkipAll(at, IsSpace);
        if (at_ > begin_) sentences_.push_back({begin_, at_});
        begin_ = at_;
    }

    // Two line breaks with nothing between them.
    void LineBreak() {
        const size_t next = text_.find_first_not_of(" \t\r", at_ + 1);
        if (next != std::string_view::npos && text_[next] == '\n') return End(at_);
        ++at_;
    }

    void Stop() {
        const size_t stop = at_;
        const bool wide = kWideStops.contains(At(stop));
        at_ = SkipAll(at_, IsStop);
        const size_t last_stop = at_;
        at_ = SkipAll(at_, [](char32_t c) { return kClosers.contains(c); });
        if (wide) return End(at_);
        if (at_ < text_.size() && !IsSpace(At(at_))) return;  // "3.5", "example.com"
        const size_t next = SkipAll(at_, IsSpace);
        if (next < text_.size() && IsLower(At(next))) return;
        const bool full_stop = text_[stop] == '.' && last_stop == stop + 1;
        if (full_stop && at_ == last_stop && JoinsNext(stop)) return;
        End(at_);
    }

    // An abbreviation, or the number of a list's item.
    bool JoinsNext(size_t stop) const {
        size_t word = stop;
        while (word > begin_ &&
               (IsLetter(text_[word - 1]) || IsDigit(text_[word - 1]) || text_[word - 1] == '.')) {
            --word;
        }
        // A letter that ASCII has not stands before: the word is longer than what was looked at.
        if (word > begin_ && static_cast<unsigned char>(text_[word - 1]) >= 0x80) return false;
        const std::string_view text = text_.substr(word, stop - word);
        const bool number = !text.empty() && std::ranges::all_of(text, IsDigit);
        if (number) return LineBegins(word);
        return IsAbbreviation(text);
    }

    bool LineBegins(size_t at) const {
        while (at > 0 && (text_[at - 1] == ' ' || text_[at - 1] == '\t')) --at;
        return at == 0 || text_[at - 1] == '\n';
    }

    std::string_view text_;
    size_t at_ = 0;
    size_t begin_ = 0;
    std::vector<Span> sentences_;
};

}  // namespace

bool IsAbbreviation(std::string_view word) {
    if (IsInitials(word)) return true;
    std::string lower(word);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return std::ranges::find(kAbbreviations, lower) != std::end(kAbbreviations);
}

std::vector<Span> FindSentences(std::string_view text) { return Finder(text).Find(); }

}  // namespace argosy::retrieval
