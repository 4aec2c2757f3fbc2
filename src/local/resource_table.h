// What /v1/resources tells, for people: kubectl's kind of table, and one resource in full. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace argosy::local {

/// KIND NAME STATE REASON AGE MESSAGE, of the "data" of a list. `now`: milliseconds since 1970.
std::string ResourceTable(const json::array& resources, int64_t now);
/// One resource with its details and events.
std::string DescribeResource(const json::object& resource, int64_t now);

/// "45s", "12m", "3h", "5d".
std::string Age(const std::string& since, int64_t now);

/// Columns as wide as they need be, two blanks between.
std::string Columns(const std::vector<std::vector<std::string>>& rows);

}  // namespace argosy::local
