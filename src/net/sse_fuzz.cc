// Any bytes, cut at any place, give the same events as in one piece.
#include <cstdint>
#include <cstdlib>

#include "net/sse.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const size_t step = 1 + data[0] % 16;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    argosy::SseParser whole(4096);
    argosy::SseParser cut(4096);
    std::vector<argosy::SseEvent> a;
    std::vector<argosy::SseEvent> b;
    const bool ok = whole.Feed(text, a).has_value();
    bool cut_ok = true;
    for (size_t i = 0; i < text.size() && cut_ok; i += step) {
        cut_ok = cut.Feed(text.substr(i, step), b).has_value();
    }
    if (ok != cut_ok || (ok && a != b)) std::abort();
    for (const auto& event : a) {
        std::vector<argosy::SseEvent> again;
        argosy::SseParser parser;
        const std::string formatted = argosy::FormatSse(event.data, event.event, event.id);
        if (!parser.Feed(formatted, again) || again.size() != 1) std::abort();
        if (again[0].data != event.data) std::abort();
    }
    return 0;
}
