// A vocabulary for MakeModel that is learned from text, to train a model from nothing with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/stored_model.h"

namespace argosy {

/// Adds a vocabulary ("bpe" or "wordpiece") of exactly `size` tokens learned from files: of JSONL
/// (by its name's end) every string in a row but the names of its fields, of other files each line.
/// Errors: the file's; kInvalidArgument naming the line that is no JSON, the size that the text is
/// enough for, or the kind.
Result<void> AddLearnedVocabulary(const std::vector<std::filesystem::path>& files,
                                  std::string_view kind, int64_t size, std::string_view pre,
                                  Metadata& metadata);

}  // namespace argosy
