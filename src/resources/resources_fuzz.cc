// Any bytes give an application or problems with their places, never a hang; a good application
// written again is read as the same.
#include <cstdint>
#include <cstdlib>

#include "resources/application.h"
#include "resources/graph.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace argosy::resources;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto application = ParseApplication(text, "app.yaml");
    if (!application) {
        if (application.error().empty()) std::abort();
        for (const Problem& problem : application.error()) {
            if (problem.ToString().find('\n') != std::string::npos) std::abort();
        }
        return 0;
    }
    StartOrder(*application);
    for (const bool defaults : {false, true}) {
        const auto again = ParseApplication(ToYaml(*application, {.defaults = defaults}));
        if (!again || !Diff(*application, *again).empty()) std::abort();
    }
    return 0;
}
