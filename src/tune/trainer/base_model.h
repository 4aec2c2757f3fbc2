// The model that is tuned, and what reads texts for it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "model/chat_format.h"
#include "model/model_file.h"
#include "model/tokenizer.h"

namespace argosy::tune {

struct BaseModel {
    std::filesystem::path path;
    std::unique_ptr<ModelFile> file;
    std::unique_ptr<Tokenizer> tokenizer;
    std::optional<ChatFormat> format;
    size_t context = 0;  // tokens, as trained; 0: it does not say

    /// Differs for another model, whatever its file is called: a hash of the beginning of each
    /// tensor.
    std::string Fingerprint() const;

    /// Fetches where `source` is a URI. Errors: those of FetchModel, OpenModel, LoadTokenizer.
    static Result<BaseModel> Open(const std::string& source);
};

}  // namespace argosy::tune
