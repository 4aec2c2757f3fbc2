// Any text as a GBNF grammar: an error or a grammar that can be walked, in bounded time.
#include "engine/grammar/grammar_fuzz_util.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size > 4096) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto grammar = argosy::Grammar::FromEbnf(text)) {
        argosy::FuzzWalk(*grammar, uint32_t(size), 12);
    }
    return 0;
}
