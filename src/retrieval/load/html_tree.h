// The tree of a page as libgumbo parses it, within bounds of memory and time: a hostile page of a
// megabyte can ask for a tree of gigabytes, and Gumbo itself neither bounds nor reports that.
#pragma once

#include <gumbo.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "base/error.h"

namespace argosy::retrieval {

struct HtmlLimits {
    size_t tree_bytes = size_t{512} << 20;
    std::chrono::milliseconds time{10'000};
};

class HtmlTree {
  public:
    /// Any bytes are a page; `page` outlives the tree. kResourceExhausted beyond the limits.
    static Result<HtmlTree> Parse(std::string_view page, const HtmlLimits& limits);

    HtmlTree(HtmlTree&&) noexcept;
    HtmlTree& operator=(HtmlTree&&) noexcept;
    ~HtmlTree();
    const GumboNode& root() const { return *output_->document; }

  private:
    class Arena;
    explicit HtmlTree(std::unique_ptr<Arena> arena);
    std::unique_ptr<Arena> arena_;  // all of the tree, freed at once
    const GumboOutput* output_ = nullptr;
};

}  // namespace argosy::retrieval
