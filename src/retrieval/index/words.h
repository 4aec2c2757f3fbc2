// Text as the words that lexical search and text filters see.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace argosy::retrieval {

/// Calls fn with each word of UTF-8 text, lower-cased by Unicode's simple mapping. Words follow
/// Unicode's word boundaries (UAX #29) as Lucene's StandardTokenizer does: letters and digits with
/// their marks, "can't" and "3.14" whole, "t_shirt" whole, an ideograph or Hiragana letter a word
/// by itself, everything else a boundary. Unlike UAX #29, a colon parts words ("size:42"). A word
/// longer than 255 characters is cut into such pieces. Invalid bytes are boundaries.
void ForEachWord(std::string_view text, const std::function<void(std::string&&)>& fn);

/// The same with where each word stands: fn(word, begin, end), bytes into the text.
void ForEachWordAt(std::string_view text,
                   const std::function<void(std::string&&, size_t begin, size_t end)>& fn);

}  // namespace argosy::retrieval
