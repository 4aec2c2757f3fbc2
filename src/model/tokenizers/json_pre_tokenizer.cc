#include "model/tokenizers/json_parts.h"

namespace argosy::tokenizers {

namespace {

Result<SplitBehavior> ReadBehavior(const json::value& value) {
    const std::string name = TextOr(value, "behavior", "Isolated");
    if (name == "Removed") return SplitBehavior::kRemoved;
    if (name == "Isolated") return SplitBehavior::kIsolated;
    if (name == "MergedWithPrevious") return SplitBehavior::kMergedWithPrevious;
    if (name == "MergedWithNext") return SplitBehavior::kMergedWithNext;
    if (name == "Contiguous") return SplitBehavior::kContiguous;
    return Err(ErrorCode::kCorrupt, "split behavior \"{}\" is unknown", name);
}

Result<std::unique_ptr<PreTokenizer>> ReadSplit(const json::value& value) {
    ARGOSY_TRY(const SplitBehavior behavior, ReadBehavior(value));
    const bool invert = FlagOr(value, "invert", false);
    const json::value* pattern = Member(value, "pattern");
    if (pattern == nullptr) return Err(ErrorCode::kCorrupt, "Split has no \"pattern\"");
    if (const json::value* text = Member(*pattern, "String"); text && text->is_string()) {
        return MakeLiteralSplit(std::string(text->get_string()), behavior, invert);
    }
    return MakeRegexSplit(TextOr(*pattern, "Regex", ""), behavior, invert);
}

/// "add_prefix_space" is how older files say it.
Result<std::unique_ptr<PreTokenizer>> ReadMetaspace(const json::value& value) {
    const std::string scheme = TextOr(value, "prepend_scheme",
                                      FlagOr(value, "add_prefix_space", true) ? "always" : "never");
    PrependScheme prepend = PrependScheme::kAlways;
    if (scheme == "first") {
        prepend = PrependScheme::kFirst;
    } else if (scheme == "never") {
        prepend = PrependScheme::kNever;
    } else if (scheme != "always") {
        return Err(ErrorCode::kCorrupt, "prepend_scheme \"{}\" is unknown", scheme);
    }
    const std::string mark = TextOr(value, "replacement", "\u2581");
    if (mark.empty()) return Err(ErrorCode::kCorrupt, "Metaspace has an empty \"replacement\"");
    return MakeMetaspace(mark, prepend, FlagOr(value, "split", true));
}

Result<void> ReadByteLevel(const json::value& value, bool over_bytes, PreTokenizers& out) {
    if (FlagOr(value, "add_prefix_space", true)) out.push_back(MakeLeadingSpace());
    if (FlagOr(value, "use_regex", true)) {
        ARGOSY_TRY(auto words, MakeRegexSplit(kGpt2Pattern, SplitBehavior::kIsolated, false));
        out.push_back(std::move(words));
    }
    if (!over_bytes) out.push_back(MakeByteCharacters());
    return {};
}

Result<std::unique_ptr<PreTokenizer>> ReadOther(const json::value& value) {
    const std::string type = TypeOf(value);
    if (type == "Split") return ReadSplit(value);
    if (type == "Metaspace") return ReadMetaspace(value);
    if (type == "Digits") {
        const bool each = FlagOr(value, "individual_digits", false);
        return MakeClassSplit(CharacterClass::kNumber,
                              each ? SplitBehavior::kIsolated : SplitBehavior::kContiguous);
    }
    if (type == "Punctuation") {
        ARGOSY_TRY(const SplitBehavior behavior, ReadBehavior(value));
        return MakeClassSplit(CharacterClass::kPunctuation, behavior);
    }
    if (type == "WhitespaceSplit") {
        return MakeClassSplit(CharacterClass::kSpace, SplitBehavior::kRemoved);
    }
    if (type == "Whitespace") {
        return MakeRegexSplit(R"([\w\x{200C}\x{200D}]+|[^\w\x{200C}\x{200D}\s]+)",
                              SplitBehavior::kRemoved, true);
    }
    if (type == "CharDelimiterSplit") {
        return MakeLiteralSplit(TextOr(value, "delimiter", ""), SplitBehavior::kRemoved, false);
    }
    return Err(ErrorCode::kUnsupported, "pre_tokenizer type \"{}\" is unknown", type);
}

}  // namespace

Result<void> ReadPreTokenizer(const json::value& value, bool over_bytes, PreTokenizers& out) {
    ARGOSY_TRY(const auto parts, PartsOf(value, "pretokenizers"));
    for (const json::value* part : parts) {
        const std::string type = TypeOf(*part);
        if (type == "ByteLevel") {
            ARGOSY_CHECK_OK(ReadByteLevel(*part, over_bytes && part == parts.back(), out));
        } else if (type == "BertPreTokenizer") {
            AppendBertPreTokenizers(out);
        } else {
            ARGOSY_TRY(auto step, ReadOther(*part));
            out.push_back(std::move(step));
        }
    }
    return {};
}

bool EndsInByteLevel(const json::value* value) {
    if (value == nullptr) return false;
    const auto parts = PartsOf(*value, "pretokenizers");
    return parts && !parts->empty() && TypeOf(*parts->back()) == "ByteLevel";
}

}  // namespace argosy::tokenizers
