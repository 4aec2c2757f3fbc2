// The regular expressions that most models cut words with, as code: what they match, without an
// engine. Each covers any text with its matches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace argosy::tokenizers {

struct WordPattern {
    enum class Kind : uint8_t { kGpt2, kLlama3 };
    Kind kind;
    int digits;        // kLlama3: at most so many numbers in a word (Llama 3: 3, Qwen2: 1)
    bool fold_case;    // 'S as 's
    bool fold_long_s;  // U+017F as s, as (?i) has it
};

std::optional<WordPattern> KnownWordPattern(std::string_view regex);

/// Where the word that begins at `at` ends; more than `at`. `text` is valid UTF-8.
size_t EndOfWord(const WordPattern& pattern, std::string_view text, size_t at);

}  // namespace argosy::tokenizers
