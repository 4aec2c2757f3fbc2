// Chat templates of our own for models that bring none that works: one a family of prompt formats,
// recognised by the special tokens of the vocabulary.
#pragma once

#include <functional>
#include <string_view>

namespace argosy {

struct BuiltinTemplate {
    std::string_view name;    // "chatml"
    std::string_view marker;  // the token that tells the family; empty for the last resort
    std::string_view source;  // Jinja
};

/// The family whose marker token the vocabulary has (`has_token`); ChatML where none fits.
const BuiltinTemplate& FindBuiltinTemplate(const std::function<bool(std::string_view)>& has_token);
/// By name, or nullptr.
const BuiltinTemplate* FindBuiltinTemplate(std::string_view name);

}  // namespace argosy
