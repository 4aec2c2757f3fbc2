// Marks come out of a store that others may have written to: whatever stands there is read, and
// what was read and written once stays the same.
#include <cstdint>
#include <cstdlib>

#include "retrieval/knowledge/stored_mark.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace argosy::retrieval;
    const StoredMark mark = ParseMark({reinterpret_cast<const char*>(data), size});
    if (ParseMark(FormatMark(mark)) != mark) std::abort();
    return 0;
}
