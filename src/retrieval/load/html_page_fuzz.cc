// Any bytes are a page, read in bounded time into text that is UTF-8 where the page is.
#include <cstdint>
#include <cstdlib>

#include "retrieval/load/decode_text.h"
#include "retrieval/load/html_page.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace argosy::retrieval;
    const std::string_view page(reinterpret_cast<const char*>(data), size);
    const auto read = ReadHtml(page, {.tree_bytes = size_t{256} << 20});
    if (!read || FirstBadUtf8(page) < page.size()) return 0;
    if (FirstBadUtf8(read->text) < read->text.size()) std::abort();
    if (FirstBadUtf8(read->title) < read->title.size()) std::abort();
    return 0;
}
