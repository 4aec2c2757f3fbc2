// What a reader sees of an HTML page: its title and its visible text, one line a block. Scripts,
// styles, navigation, forms' controls and hidden elements are left out; links keep their words.
#pragma once

#include <string>
#include <string_view>

#include "retrieval/load/html_tree.h"

namespace argosy::retrieval {

struct HtmlPage {
    std::string title;  // of <title>, else of the first <h1>
    std::string text;
};

/// `page` is UTF-8. kResourceExhausted as HtmlTree::Parse.
Result<HtmlPage> ReadHtml(std::string_view page, const HtmlLimits& limits = {});

}  // namespace argosy::retrieval
