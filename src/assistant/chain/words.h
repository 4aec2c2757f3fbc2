// Text as words, for rules that look at what was said: lower case, without punctuation. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace argosy::assistant {

struct Word {
    std::string text;  // ASCII lower case; apostrophes stay: "what's"
    size_t begin = 0;  // bytes of the original
    size_t end = 0;
};

/// Runs of letters, digits, apostrophes, '$' and all non-ASCII bytes.
std::vector<Word> SplitWords(std::string_view text);
/// The words with one space between: what phrases are compared by.
std::string NormalizeWords(std::string_view text);
/// Whether the normalized text holds the normalized phrase as whole words.
bool HasPhrase(std::string_view normalized_text, std::string_view normalized_phrase);

}  // namespace argosy::assistant
