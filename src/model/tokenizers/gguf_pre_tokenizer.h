// The pre-tokenizers that GGUF files name under tokenizer.ggml.pre.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/tokenizers/pre_tokenizer.h"

namespace argosy::tokenizers {

struct GgufPreTokenizer {
    PreTokenizers steps;
    bool ignore_merges = false;  // whole words that are tokens are taken unmerged
    bool add_bos = false;        // where tokenizer.ggml.add_bos_token does not say
    bool normalize_nfc = false;  // what the models of this name were trained with
};

/// kUnsupported naming the known ones.
Result<GgufPreTokenizer> FindGgufPreTokenizer(std::string_view name);

}  // namespace argosy::tokenizers
