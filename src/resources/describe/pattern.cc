#include "resources/describe/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>

#include "base/check.h"

namespace argosy::resources {

bool Matches(const std::string& pattern, std::string_view text) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    // "$" means the end of the text, as in ECMA's and RE2's, not before a last newline.
    const std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code(
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                      PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, &error, &offset, nullptr),
        pcre2_code_free);
    ARGOSY_CHECK(code != nullptr);
    const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
        pcre2_match_data_create_from_pattern(code.get(), nullptr), pcre2_match_data_free);
    return pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0,
                       match.get(), nullptr) >= 0;
}

}  // namespace argosy::resources
