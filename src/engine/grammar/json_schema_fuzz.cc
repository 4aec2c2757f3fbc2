// Any JSON as a JSON Schema: an error or a grammar whose texts are JSON, in bounded time.
#include <cstdio>

#include "engine/grammar/grammar_fuzz_util.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size > 4096) return 0;
    const auto schema = argosy::ParseJson({reinterpret_cast<const char*>(data), size});
    if (!schema) return 0;
    const auto grammar = argosy::Grammar::FromJsonSchema(*schema);
    if (!grammar) return 0;
    const auto text = argosy::FuzzWalk(*grammar, uint32_t(size), 32);
    if (text && !argosy::ParseJson(*text, 200)) {
        std::fprintf(stderr, "not JSON: %s\n", text->c_str());
        std::abort();
    }
    return 0;
}
