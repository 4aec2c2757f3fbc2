// What is told of the data before training, for people and for programs. Never a value that may be
// personal.
#pragma once

#include <string>

#include "base/json.h"
#include "lifecycle/dataset_report.h"

namespace argosy::tune {

struct DataReport {
    lifecycle::DatasetReport rows;
    size_t too_long = 0;  // sequences left out: longer than the context
    size_t unlearnt = 0;  // sequences left out: no token of theirs counts in the loss
    size_t masked = 0;    // personal values replaced
    bool mask = false;

    std::string ToText() const;
    json::object ToJson() const;
};

}  // namespace argosy::tune
