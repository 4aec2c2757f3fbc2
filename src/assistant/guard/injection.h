// Text that tries to give the model orders: phrases known from attacks, and the markup of chat
// templates. Finds what is common, not everything; passages are also fenced by the prompt's form.
// Pure; time is linear in the text for the fixed set of patterns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace argosy::assistant {

struct InjectionMatch {
    std::string_view name;  // of the pattern: "ignore_instructions"
    size_t begin = 0;
    size_t end = 0;
};

/// In order of the text. Invisible characters have to be taken out before.
std::vector<InjectionMatch> FindInjections(std::string_view text);
/// Without zero-width and direction characters, which hide phrases from readers and patterns.
std::string WithoutInvisible(std::string_view text);
/// Each sentence that holds a match replaced by "[removed]".
std::string MaskInjections(std::string_view text, const std::vector<InjectionMatch>& matches);

}  // namespace argosy::assistant
