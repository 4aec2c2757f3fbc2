// Reads a source of documents: a file, a folder, a pattern, a web address, a bucket. Documents come
// one at a time, so memory stays that of one document, row or page.
//
//     const auto report = LoadDocuments("catalogue.csv", options, [&](Document document) {
//         Index(std::move(document));
//         return !stop;
//     });
#pragma once

#include <string>

#include "retrieval/load/load_options.h"
#include "retrieval/load/load_report.h"

namespace argosy::retrieval {

/// `source` is one of
///   a path, a folder, or a pattern ("docs/**/*.md"), with or without "file://"
///   http(s)://host/page
///   s3://bucket/key, s3://bucket/prefix/, s3://bucket/docs/*.md
/// What is malformed or cannot be read stands in the report, with its place; the rest is read. The
/// sink and on_progress are called from the caller's thread; it blocks until all is read.
LoadReport LoadDocuments(const std::string& source, const LoadOptions& options,
                         const DocumentSink& sink);

}  // namespace argosy::retrieval
