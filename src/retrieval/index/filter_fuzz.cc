// Any bytes give a filter or an error; a filter's JSON gives the same filter again.
#include <cstdint>
#include <cstdlib>

#include "retrieval/index/filter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace argosy;
    const auto parsed = ParseJson({reinterpret_cast<const char*>(data), size});
    if (!parsed) return 0;
    const auto filter = retrieval::ParseFilter(*parsed);
    if (!filter) return 0;
    const json::object written = retrieval::ToJson(*filter);
    const auto again = retrieval::ParseFilter(written);
    if (!again || retrieval::ToJson(*again) != written) std::abort();
    if (parsed->is_object()) retrieval::Matches(*filter, parsed->get_object());
    return 0;
}
