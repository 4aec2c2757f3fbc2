// Any text as a regular expression: an error or a grammar that can be walked, in bounded time. The
// same pattern within a JSON string admits only valid JSON.
#include "engine/grammar/grammar_fuzz_util.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size > 1024) return 0;
    const std::string_view pattern(reinterpret_cast<const char*>(data), size);
    if (const auto grammar = argosy::Grammar::FromRegex(pattern)) {
        argosy::FuzzWalk(*grammar, uint32_t(size), 12);
    }
    const argosy::json::object schema{{"type", "string"}, {"pattern", pattern}};
    if (const auto grammar = argosy::Grammar::FromJsonSchema(schema)) {
        const auto text = argosy::FuzzWalk(*grammar, uint32_t(size), 24);
        if (text && !argosy::ParseJson(*text)) std::abort();
    }
    return 0;
}
