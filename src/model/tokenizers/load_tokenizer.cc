#include "model/model_file.h"
#include "model/tokenizer.h"
#include "model/tokenizers/gguf_tokenizer.h"

namespace argosy {

Result<std::unique_ptr<Tokenizer>> LoadTokenizer(const ModelFile& model) {
    return tokenizers::LoadGgufTokenizer(model);
}

}  // namespace argosy
