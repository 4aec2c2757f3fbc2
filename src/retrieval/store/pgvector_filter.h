// Filters on metadata as SQL over jsonb. Names of fields and values are parameters, never part of
// the statement.
#pragma once

#include <string>
#include <vector>

#include "retrieval/index/filter.h"

namespace argosy::retrieval {

/// An expression over the column c.metadata; what it needs is added to `parameters`, as $n from
/// their size + 1 on. It holds where Matches does, but for lists within lists (only the outer one
/// is looked through), for words of MatchText that Unicode and PostgreSQL part differently, and for
/// names with more than four dots (a dot within a name is then not thought of).
std::string FilterToSql(const Filter& filter, std::vector<std::string>& parameters);

}  // namespace argosy::retrieval
