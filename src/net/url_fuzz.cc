// A URL that parses prints as one that parses to the same; escapes survive a round trip.
#include <cstdint>
#include <cstdlib>

#include "net/url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (auto url = argosy::ParseUrl(text)) {
        const std::string printed = url->ToString(true);
        auto again = argosy::ParseUrl(printed);
        if (!again || again->ToString(true) != printed) std::abort();
    }
    const auto base = argosy::ParseUrl("http://a/b/c/d;p?q");
    if (auto url = argosy::ResolveUrl(*base, text)) {
        if (!url->path.starts_with('/')) std::abort();
    }
    if (argosy::PercentDecode(argosy::PercentEncode(text)).value_or("?") != text &&
        !(text == "?")) {
        std::abort();
    }
    (void)argosy::ParseQuery(text);
    return 0;
}
