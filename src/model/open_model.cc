#include "model/gguf_reader.h"
#include "model/hf_model.h"
#include "model/model_file.h"

namespace argosy {

Result<std::unique_ptr<ModelFile>> OpenModel(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        if (!std::filesystem::exists(path / "config.json", error)) {
            return At(path.string(), Error{ErrorCode::kNotFound,
                                           "no config.json in this folder: not a Hugging Face "
                                           "model (give a .gguf file by its own path)",
                                           {}});
        }
        return OpenHfModel(path);
    }
    return OpenGguf(path);
}

}  // namespace argosy
