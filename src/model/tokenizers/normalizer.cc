#include "model/tokenizers/normalizer.h"

#include <utf8proc.h>

#include <cstdlib>
#include <utility>

#include "model/tokenizers/utf8.h"

namespace argosy::tokenizers {

namespace {

/// Calls `map(code, out)` for each character.
template <typename Map>
void MapCharacters(std::string& text, const Map& map) {
    std::string out;
    out.reserve(text.size());
    for (size_t at = 0; at < text.size();) map(NextCodePoint(text, at), out);
    text = std::move(out);
}

void ToForm(std::string& text, UnicodeForm form) {
    if (IsAscii(text)) return;
    int options = UTF8PROC_STABLE;
    const bool composed = form == UnicodeForm::kNfc || form == UnicodeForm::kNfkc;
    options |= composed ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
    if (form == UnicodeForm::kNfkc || form == UnicodeForm::kNfkd) options |= UTF8PROC_COMPAT;
    utf8proc_uint8_t* mapped = nullptr;
    const utf8proc_ssize_t size =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                     static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                     static_cast<utf8proc_option_t>(options));
    if (size >= 0) text.assign(reinterpret_cast<char*>(mapped), static_cast<size_t>(size));
    std::free(mapped);
}

/// Below U+0300 nothing composes with anything: such text is in form C.
bool IsPlainNfc(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0xCC) return false;
    }
    return true;
}

void ToLower(std::string& text) {
    if (IsAscii(text)) {
        for (char& c : text) {
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
        }
        return;
    }
    MapCharacters(text, [](char32_t c, std::string& out) {
        if (c == 0x130) {  // the one letter whose lower case is two characters
            out += "i\u0307";
            return;
        }
        AppendUtf8(out, static_cast<char32_t>(utf8proc_tolower(static_cast<int32_t>(c))));
    });
}

void DropMarks(std::string& text, bool (*is_mark)(char32_t)) {
    if (IsAscii(text)) return;
    MapCharacters(text, [is_mark](char32_t c, std::string& out) {
        if (!is_mark(c)) AppendUtf8(out, c);
    });
}

/// A normaliser that is a function.
template <typename Function>
class Simple final : public Normalizer {
  public:
    explicit Simple(Function function) : function_(std::move(function)) {}
    void Normalize(std::string& text) const override { function_(text); }

  private:
    Function function_;
};
template <typename Function>
std::unique_ptr<Normalizer> Make(Function function) {
    return std::make_unique<Simple<Function>>(std::move(function));
}

bool IsChinese(char32_t c) {
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
           (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

void CleanText(std::string& text) {
    MapCharacters(text, [](char32_t c, std::string& out) {
        if (c == 0 || c == 0xFFFD || IsControlCharacter(c)) return;
        AppendUtf8(out, IsSpace(c) ? U' ' : c);
    });
}

void SeparateChinese(std::string& text) {
    if (IsAscii(text)) return;
    MapCharacters(text, [](char32_t c, std::string& out) {
        const bool chinese = IsChinese(c);
        if (chinese) out.push_back(' ');
        AppendUtf8(out, c);
        if (chinese) out.push_back(' ');
    });
}

void StripSpaces(std::string& text, bool left, bool right) {
    size_t end = text.size();
    while (right && end > 0) {
        size_t begin = PreviousCharacter(text, end);
        size_t at = begin;
        if (!IsSpace(NextCodePoint(text, at))) break;
        end = begin;
    }
    text.resize(end);
    size_t begin = 0;
    while (left && begin < text.size()) {
        size_t next = begin;
        if (!IsSpace(NextCodePoint(text, next))) break;
        begin = next;
    }
    text.erase(0, begin);
}

void RemoveExtraSpaces(std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
        out.push_back(c);
    }
    if (out.ends_with(' ')) out.pop_back();
    text = std::move(out);
}

void NmtClean(std::string& text) {
    MapCharacters(text, [](char32_t c, std::string& out) {
        const bool dropped = (c >= 1 && c <= 8) || c == 0xB || (c >= 0xE && c <= 0x1F) ||
                             c == 0x7F || c == 0x8F || c == 0x9F;
        if (dropped) return;
        const bool space = c == 9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 ||
                           (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 ||
                           c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
        AppendUtf8(out, space ? U' ' : c);
    });
}

}  // namespace

std::unique_ptr<Normalizer> MakeUnicodeForm(UnicodeForm form) {
    return Make([form](std::string& text) {
        if (form != UnicodeForm::kNfc || !IsPlainNfc(text)) ToForm(text, form);
    });
}

std::unique_ptr<Normalizer> MakeLowercase() { return Make(ToLower); }

std::unique_ptr<Normalizer> MakeStripAccents() {
    return Make([](std::string& text) { DropMarks(text, IsMark); });
}

std::unique_ptr<Normalizer> MakeStrip(bool left, bool right) {
    return Make([left, right](std::string& text) { StripSpaces(text, left, right); });
}

std::unique_ptr<Normalizer> MakePrepend(std::string prefix) {
    return Make([prefix = std::move(prefix)](std::string& text) {
        if (!text.empty()) text.insert(0, prefix);
    });
}

std::unique_ptr<Normalizer> MakeReplace(std::string from, std::string to) {
    return Make([from = std::move(from), to = std::move(to)](std::string& text) {
        size_t at = from.empty() ? text.npos : text.find(from);
        if (at == text.npos) return;
        std::string out;
        out.reserve(text.size() + text.size() / 2);
        size_t copied = 0;
        for (; at != text.npos; at = text.find(from, copied)) {
            out.append(text, copied, at - copied);
            out += to;
            copied = at + from.size();
        }
        out.append(text, copied);
        text = std::move(out);
    });
}

std::unique_ptr<Normalizer> MakeReplace(Regex from, std::string to) {
    return Make([from = std::move(from), to = std::move(to)](std::string& text) {
        text = from.ReplaceAll(text, to);
    });
}

std::unique_ptr<Normalizer> MakeRemoveExtraSpaces() { return Make(RemoveExtraSpaces); }
std::unique_ptr<Normalizer> MakeNmt() { return Make(NmtClean); }

std::unique_ptr<Normalizer> MakeBertNormalizer(const BertNormalizerOptions& options) {
    return Make([options](std::string& text) {
        if (options.clean_text) CleanText(text);
        if (options.separate_chinese) SeparateChinese(text);
        if (options.strip_accents) {
            ToForm(text, UnicodeForm::kNfd);
            DropMarks(text, IsNonspacingMark);
        }
        if (options.lowercase) ToLower(text);
    });
}

}  // namespace argosy::tokenizers
