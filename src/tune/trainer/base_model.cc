#include "tune/trainer/base_model.h"

#include <algorithm>

#include "lifecycle/content_key.h"
#include "model/fetch/fetch_model.h"
#include "telemetry/log.h"

namespace argosy::tune {

Result<BaseModel> BaseModel::Open(const std::string& source) {
    BaseModel base;
    ARGOSY_TRY(const FetchedModel fetched, FetchModel(source));
    base.path = fetched.path;
    ARGOSY_TRY(base.file, OpenModel(base.path));
    ARGOSY_TRY(base.tokenizer, LoadTokenizer(*base.file));
    ARGOSY_TRY(base.format, ChatFormat::Load(*base.file, *base.tokenizer));
    const std::string architecture = base.file->GetString("general.architecture").value_or("");
    base.context =
        static_cast<size_t>(base.file->GetInt(architecture + ".context_length").value_or(0));
    return base;
}

std::string BaseModel::Fingerprint() const {
    constexpr size_t kBytes = 256;
    uint64_t key = 0;
    for (const TensorView& tensor : file->tensors()) {
        const auto begin = tensor.bytes.first(std::min(kBytes, tensor.bytes.size()));
        key = lifecycle::ContentKey(tensor.name, key);
        key =
            lifecycle::ContentKey({reinterpret_cast<const char*>(begin.data()), begin.size()}, key);
    }
    return fmt::format("{:016x}", key);
}

}  // namespace argosy::tune
