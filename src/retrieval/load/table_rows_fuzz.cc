// Any bytes are rows or problems, as CSV and as JSONL; the first byte chooses the columns.
#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "retrieval/load/decode_text.h"
#include "retrieval/load/table_loader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace argosy::retrieval;
    if (size == 0) return 0;
    LoadOptions options;
    options.max_row_bytes = 4096;
    if (data[0] % 2 == 1) options.table.text_template = "{a}: {b}";
    if (data[0] % 3 == 1) options.table.id_column = "a";
    const DocumentSink sink = [](const Document& document) {
        if (FirstBadUtf8(document.text) < document.text.size()) std::abort();
        if (document.id.empty() || document.source.empty()) std::abort();
        return true;
    };
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    for (const ContentKind kind : {ContentKind::kCsv, ContentKind::kTsv}) {
        LoadSession session(options, sink);
        std::istringstream in(text);
        LoadTable(in, "t", kind, session);
    }
    LoadSession session(options, sink);
    std::istringstream in(text);
    LoadJsonl(in, "j", session);
    return 0;
}
