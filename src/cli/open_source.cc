#include "cli/open_source.h"

#include "base/text.h"
#include "cli/progress_bar.h"
#include "model/fetch/fetch_model.h"

namespace argosy::cli {

std::unique_ptr<ModelFile> OpenSource(const std::string& source) {
    FetchOptions options;
    ProgressBar bar("fetching");
    options.on_progress = [&bar](const FetchProgress& progress) {
        bar.Update(progress.done_bytes, progress.total_bytes,
                   FormatBytes(static_cast<uint64_t>(progress.bytes_per_second)) + "/s");
    };
    return OrThrow(OpenModel(OrThrow(FetchModel(source, options)).path));
}

}  // namespace argosy::cli
