// JSON values as values of the template language, and JSON text with Python's spelling.
#pragma once

#include <string>

#include "base/json.h"
#include "model/jinja/value.h"

namespace argosy::jinja {

/// Throws Failure where the value nests too deep or is too large.
Value FromJson(const json::value& value, int depth = 0);
/// As Python's json.dumps(value, ensure_ascii=False) writes it: {"a": 1.5}. Text beyond the limits
/// of the template language is written without those spaces rather than refused.
std::string PythonJson(const json::value& value);

}  // namespace argosy::jinja
