#include "tune/trainer/base_model.h"

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

}  // namespace argosy::tune
