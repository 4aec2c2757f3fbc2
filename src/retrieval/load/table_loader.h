// Rows of CSV and TSV files and objects of JSONL, one document each, read one at a time. A row that
// is malformed, not UTF-8, or without its id is reported with its line, and reading goes on.
#pragma once

#include <istream>
#include <string>

#include "retrieval/load/load_session.h"

namespace argosy::retrieval {

/// Reads the stream to its end or until cancelled. `kind` is kCsv or kTsv.
void LoadTable(std::istream& in, const std::string& source, ContentKind kind, LoadSession& session);

/// One JSON object a line; empty lines are passed over.
void LoadJsonl(std::istream& in, const std::string& source, LoadSession& session);

}  // namespace argosy::retrieval
