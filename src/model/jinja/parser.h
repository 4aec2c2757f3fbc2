// Tokens to a tree: jinja2's grammar, with the statements of transformers' set-up (loop controls,
// generation blocks). Template inheritance and imports are refused: there are no other templates.
#pragma once

#include <string_view>

#include "model/jinja/ast.h"

namespace argosy::jinja {

/// Throws Failure with the line.
Tree ParseTemplate(std::string_view source);

}  // namespace argosy::jinja
