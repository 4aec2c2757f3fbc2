#include "model/gguf_reader.h"
#include "model/model_file.h"

namespace argosy {

Result<std::unique_ptr<ModelFile>> OpenModel(const std::filesystem::path& path) {
    return OpenGguf(path);
}

}  // namespace argosy
