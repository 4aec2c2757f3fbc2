// Keys of texts: the same text and seed give the same key on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace argosy::lifecycle {

uint64_t ContentKey(std::string_view text, uint64_t seed = 0);

/// Lower case, runs of white space and ASCII punctuation as one blank: what two rows share that
/// differ only in how they are written.
std::string NormalisedText(std::string_view text);

}  // namespace argosy::lifecycle
