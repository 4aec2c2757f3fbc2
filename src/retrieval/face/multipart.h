// The file of a form (multipart/form-data, RFC 7578), as uploads of snapshots have it.
#pragma once

#include <string_view>

#include "base/error.h"

namespace argosy::retrieval::face {

/// The content of the part called `name`. kInvalidArgument says what of the form is wrong.
Result<std::string_view> FormPart(std::string_view content_type, std::string_view body,
                                  std::string_view name);

}  // namespace argosy::retrieval::face
