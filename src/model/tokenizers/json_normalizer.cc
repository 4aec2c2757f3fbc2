#include "model/tokenizers/json_parts.h"

namespace argosy::tokenizers {

namespace {

Result<std::unique_ptr<Normalizer>> ReadReplace(const json::value& value) {
    const json::value* pattern = Member(value, "pattern");
    const std::string content = TextOr(value, "content", "");
    if (pattern == nullptr) return Err(ErrorCode::kCorrupt, "Replace has no \"pattern\"");
    if (const json::value* text = Member(*pattern, "String"); text && text->is_string()) {
        return MakeReplace(std::string(text->get_string()), content);
    }
    ARGOSY_TRY(Regex regex, Regex::Compile(TextOr(*pattern, "Regex", "")));
    return MakeReplace(std::move(regex), content);
}

std::unique_ptr<Normalizer> ReadBert(const json::value& value) {
    BertNormalizerOptions options;
    options.clean_text = FlagOr(value, "clean_text", true);
    options.separate_chinese = FlagOr(value, "handle_chinese_chars", true);
    options.lowercase = FlagOr(value, "lowercase", true);
    options.strip_accents = FlagOr(value, "strip_accents", options.lowercase);
    return MakeBertNormalizer(options);
}

Result<std::unique_ptr<Normalizer>> ReadOne(const json::value& value) {
    const std::string type = TypeOf(value);
    if (type == "NFC") return MakeUnicodeForm(UnicodeForm::kNfc);
    if (type == "NFD") return MakeUnicodeForm(UnicodeForm::kNfd);
    if (type == "NFKC") return MakeUnicodeForm(UnicodeForm::kNfkc);
    if (type == "NFKD") return MakeUnicodeForm(UnicodeForm::kNfkd);
    if (type == "Lowercase") return MakeLowercase();
    if (type == "StripAccents") return MakeStripAccents();
    if (type == "Strip") {
        return MakeStrip(FlagOr(value, "strip_left", true), FlagOr(value, "strip_right", true));
    }
    if (type == "Prepend") return MakePrepend(TextOr(value, "prepend", ""));
    if (type == "Replace") return ReadReplace(value);
    if (type == "BertNormalizer") return ReadBert(value);
    if (type == "Nmt") return MakeNmt();
    if (type == "Precompiled") {
        auto blob = DecodeBase64(TextOr(value, "precompiled_charsmap", ""));
        if (!blob) return Err(ErrorCode::kCorrupt, "precompiled_charsmap is no base64");
        return MakeCharacterMap(*std::move(blob));
    }
    return Err(ErrorCode::kUnsupported, "normalizer type \"{}\" is unknown", type);
}

}  // namespace

Result<void> ReadNormalizer(const json::value& value, Normalizers& out) {
    ARGOSY_TRY(const auto parts, PartsOf(value, "normalizers"));
    for (const json::value* part : parts) {
        // An empty map changes nothing.
        if (TypeOf(*part) == "Precompiled" && TextOr(*part, "precompiled_charsmap", "").empty()) {
            continue;
        }
        ARGOSY_TRY(auto normalizer, ReadOne(*part));
        out.push_back(std::move(normalizer));
    }
    return {};
}

}  // namespace argosy::tokenizers
