// A filter in words for a person: "colour is blue, price under 80, not size is L".
#pragma once

#include <string>

#include "retrieval/index/filter.h"

namespace argosy::cli {

std::string FilterText(const retrieval::Filter& filter);

}  // namespace argosy::cli
