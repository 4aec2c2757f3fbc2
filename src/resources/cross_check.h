// What only all resources of a declaration together can tell: names declared twice, names that
// nothing has, bearers of a name that do not fit, and circles.
#pragma once

#include <string>
#include <vector>

#include "resources/document.h"
#include "resources/problem.h"

namespace argosy::resources {

/// A document that has problems of its own counts as being there, so that one mistake is told once.
void CheckTogether(const std::vector<Document>& documents, const std::string& file,
                   Problems& problems);

}  // namespace argosy::resources
