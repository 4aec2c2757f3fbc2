// What a source of documents is told: how rows become documents, limits, who watches.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/proxy.h"
#include "retrieval/document.h"
#include "retrieval/load/content_kind.h"

namespace argosy::retrieval {

/// Rows of CSV and TSV, and objects of JSONL, whose fields count as columns.
struct TableOptions {
    std::string id_column{};     // empty: "id" where there is one, else the row's place is the id
    std::string title_column{};  // empty: "title" or "name" where there is one
    std::vector<std::string> text_columns{};  // empty: "text" or "content", else all of them
    /// "{name} in {colour}: {description}", instead of text_columns; "{{" is a brace.
    std::string text_template{};
    std::vector<std::string> metadata_columns{};  // empty: all
    char delimiter = 0;  // 0: tab for TSV, guessed from the first line for CSV
};

/// A process that reads what may be hostile gets no more than this.
struct PdfLimits {
    std::chrono::milliseconds time{120'000};
    uint64_t memory_bytes = uint64_t{1} << 30;
    std::string program = "pdftotext";  // a name in PATH, or a path
};

struct LoadProgress {
    std::string source;  // the file that is being read
    size_t documents = 0;
    uint64_t done_bytes = 0;   // of all files so far
    uint64_t total_bytes = 0;  // of those that are known by now; 0: not known
};

struct LoadOptions {
    TableOptions table{};
    std::optional<ContentKind> kind{};             // none: by file name, or what the server says
    uint64_t max_file_bytes = uint64_t{16} << 30;  // of what is downloaded
    size_t max_document_bytes = size_t{64} << 20;  // of a page that is read whole
    size_t max_row_bytes = size_t{16} << 20;
    PdfLimits pdf{};
    std::chrono::milliseconds html_time{10'000};
    /// URLs may lead to this machine and the network around it. For sources that the operator
    /// wrote, never for those that users name.
    bool allow_private_addresses = false;
    std::function<void(const LoadProgress&)> on_progress{};
    Environment environment = ProcessEnvironment;
};

/// Takes the documents one at a time; false ends the loading.
using DocumentSink = std::function<bool(Document)>;

}  // namespace argosy::retrieval
