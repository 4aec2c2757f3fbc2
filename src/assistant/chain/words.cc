#include "assistant/chain/words.h"

namespace argosy::assistant {

namespace {

bool IsWordByte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '\'' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr std::string_view kCurlyApostrophe = "\xE2\x80\x99";

}  // namespace

std::vector<Word> SplitWords(std::string_view text) {
    std::vector<Word> words;
    for (size_t i = 0; i < text.size();) {
        if (!IsWordByte(text[i])) {
            ++i;
            continue;
        }
        Word word{{}, i, i};
        while (i < text.size() && IsWordByte(text[i])) {
            if (text.substr(i).starts_with(kCurlyApostrophe)) {
                word.text += '\'';
                i += kCurlyApostrophe.size();
            } else {
                word.text += Lower(text[i++]);
            }
        }
        word.end = i;
        words.push_back(std::move(word));
    }
    return words;
}

std::string NormalizeWords(std::string_view text) {
    std::string out;
    for (const Word& word : SplitWords(text)) {
        if (!out.empty()) out += ' ';
        out += word.text;
    }
    return out;
}

bool HasPhrase(std::string_view text, std::string_view phrase) {
    if (phrase.empty()) return false;
    for (size_t at = 0; (at = text.find(phrase, at)) != std::string_view::npos; ++at) {
        const size_t end = at + phrase.size();
        const bool whole =
            (at == 0 || text[at - 1] == ' ') && (end == text.size() || text[end] == ' ');
        if (whole) return true;
    }
    return false;
}

}  // namespace argosy::assistant
