// Which columns of a CSV file make a training row, and the row made of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "lifecycle/example.h"

namespace argosy::lifecycle {

/// Names of columns; empty for none. user and assistant (and system) make a chat row, prompt and
/// completion a completion, text a text, messages a chat row from JSON.
struct CsvColumns {
    std::string system, user, assistant;
    std::string prompt, completion;
    std::string text;
    std::string messages;

    /// From "prompt=Question,completion=Answer". kInvalidArgument lists the known names.
    static Result<CsvColumns> Parse(std::string_view mapping);
    /// What columns of those very names, or question/answer and instruction/output, mean.
    static CsvColumns Guess(const std::vector<std::string>& header);
    bool empty() const;
};

/// Turns fields into rows. Thread-safe after Make.
class CsvMapping {
  public:
    /// kInvalidArgument for a column that the header has not, or for a mapping that makes no row.
    static Result<CsvMapping> Make(const CsvColumns& columns,
                                   const std::vector<std::string>& header);
    /// kInvalidArgument for contents that are no row.
    Result<Example> Map(const std::vector<std::string>& fields) const;

  private:
    std::optional<size_t> system_, user_, assistant_, prompt_, completion_, text_, messages_;
};

}  // namespace argosy::lifecycle
