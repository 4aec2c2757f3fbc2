// A metric's value in JSON, which has no word for infinity: such values go as text, as protobuf's
// JSON (and so MLflow) reads them.
#pragma once

#include <cmath>

#include "base/json.h"

namespace argosy::lifecycle {

inline json::value MetricJson(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return value;
}

}  // namespace argosy::lifecycle
