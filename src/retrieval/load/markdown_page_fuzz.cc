// Any bytes are a Markdown page or an error; the text of a page is what follows its front matter.
#include <cstdint>
#include <cstdlib>

#include "retrieval/load/page_loader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    const auto page = argosy::retrieval::ParseMarkdownPage("a.md", bytes);
    if (!page) return 0;
    const bool utf16 = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
    if (!utf16 && !bytes.ends_with(page->text)) std::abort();
    return 0;
}
