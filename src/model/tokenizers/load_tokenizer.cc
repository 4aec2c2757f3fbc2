#include "model/model_file.h"
#include "model/tokenizer.h"
#include "model/tokenizers/gguf_tokenizer.h"
#include "model/tokenizers/json_tokenizer.h"

namespace argosy {

Result<std::unique_ptr<Tokenizer>> LoadTokenizer(const ModelFile& model) {
    const auto document = model.GetString("argosy.tokenizer_json");
    if (!document) return tokenizers::LoadGgufTokenizer(model);
    auto tokenizer = tokenizers::LoadJsonTokenizer(
        *document, model.GetString("argosy.tokenizer_config_json").value_or(""),
        model.GetString("argosy.generation_config_json").value_or(""));
    if (!tokenizer) return At(model.path().string(), std::move(tokenizer.error()));
    return tokenizer;
}

Result<std::unique_ptr<Tokenizer>> LoadTokenizerJson(std::string_view tokenizer_json,
                                                     std::string_view config_json) {
    return tokenizers::LoadJsonTokenizer(tokenizer_json, config_json, "");
}

}  // namespace argosy
