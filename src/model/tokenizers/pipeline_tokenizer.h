// A tokenizer as Hugging Face arranges them: added tokens are found, the text between them is
// normalised, cut into words and tokenized, special tokens are put around, and a decoder turns ids
// back. Both file formats become one of these.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/tokenizer.h"
#include "model/tokenizers/added_tokens.h"
#include "model/tokenizers/normalizer.h"
#include "model/tokenizers/pre_tokenizer.h"
#include "model/tokenizers/token_decoder.h"
#include "model/tokenizers/token_model.h"
#include "model/tokenizers/vocabulary.h"

namespace argosy::tokenizers {

/// What stands where around one or two texts: a special token, or the text itself.
struct TemplateItem {
    enum class Kind { kToken, kFirst, kSecond };
    Kind kind;
    TokenId id = -1;
    int32_t type_id = 0;
};

struct PipelineParts {
    std::unique_ptr<Vocabulary> vocabulary;
    std::vector<AddedToken> added;
    Normalizers normalizers;
    PreTokenizers pre_tokenizers;
    std::unique_ptr<TokenModel> model;
    std::vector<TemplateItem> single = {{TemplateItem::Kind::kFirst}};
    std::vector<TemplateItem> pair = {{TemplateItem::Kind::kFirst},
                                      {TemplateItem::Kind::kSecond, -1, 1}};
    DecoderSpec decoder;
    std::optional<TokenId> bos, eos;
    std::vector<TokenId> stop_tokens;
};

/// Errors: an added token that is too long.
Result<std::unique_ptr<Tokenizer>> MakePipelineTokenizer(PipelineParts parts);

/// `stops` without ids that are none or there twice, and with the control tokens whose names say
/// that they end a turn.
std::vector<TokenId> CollectStopTokens(const Vocabulary& vocabulary, std::vector<TokenId> stops);

}  // namespace argosy::tokenizers
