// Pages of a PDF, one document each, as poppler's pdftotext reads them: a process of its own, for
// PDFs are hostile input and poppler is GPL.
#pragma once

#include <string>

#include "retrieval/load/load_session.h"

namespace argosy::retrieval {

/// Reads the open file `fd` page by page, each page "source#page=N". Where the process fails midway
/// (damaged, encrypted, beyond options.pdf), the pages before stay and the failure is reported with
/// the page it came to. Without pdftotext that is reported, with what to install.
void LoadPdf(int fd, const std::string& source, LoadSession& session);

}  // namespace argosy::retrieval
