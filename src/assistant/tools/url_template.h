// A URL with places for arguments: "https://shop.example/cart/{cart}/items?size={size}". Values are
// percent-encoded, so that none can change the host, the path's form or the query's. Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace argosy::assistant {

class UrlTemplate {
  public:
    /// kInvalidArgument: no URL, or a place within scheme, host or port.
    static Result<UrlTemplate> Parse(std::string_view text);

    /// Texts, numbers and booleans; a query's pair whose argument is absent is left out.
    /// kInvalidArgument: a path's argument is absent, empty, "." or ".." (which would climb), or a
    /// value is an array or object.
    Result<std::string> Fill(const json::object& arguments) const;
    /// The arguments that the URL takes.
    const std::set<std::string>& names() const { return names_; }

  private:
    std::string path_;   // scheme, host and path, with places
    std::string query_;  // without '?'
    std::set<std::string> names_;
};

}  // namespace argosy::assistant
