// A document's text made of a row's columns: "{name} in {colour}: {description}".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace argosy::retrieval {

class TextTemplate {
  public:
    /// "{{" and "}}" are braces. kInvalidArgument for a brace without its other half, or an empty
    /// name, with its offset.
    static Result<TextTemplate> Parse(std::string_view text);

    std::string Render(const std::function<std::string(const std::string&)>& column) const;
    /// The columns it names, in their order.
    std::vector<std::string> Columns() const;

  private:
    struct Part {
        std::string text;
        bool is_column = false;
    };
    std::vector<Part> parts_;
};

}  // namespace argosy::retrieval
