// A tokenizer from a Hugging Face tokenizer.json.
#pragma once

#include <memory>
#include <string_view>

#include "model/tokenizer.h"

namespace argosy::tokenizers {

/// `config`: tokenizer_config.json, `generation`: generation_config.json; either may be empty.
Result<std::unique_ptr<Tokenizer>> LoadJsonTokenizer(std::string_view tokenizer,
                                                     std::string_view config,
                                                     std::string_view generation);

}  // namespace argosy::tokenizers
