// A model of the command line, fetched where it has to be and opened.
#pragma once

#include <memory>
#include <string>

#include "model/model_file.h"

namespace argosy::cli {

/// `source` is a file, a directory or a URI of FetchModel; a bar shows how far the fetching is.
/// Throws the errors of FetchModel and OpenModel.
std::unique_ptr<ModelFile> OpenSource(const std::string& source);

}  // namespace argosy::cli
