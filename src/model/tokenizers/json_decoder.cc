#include "model/tokenizers/json_parts.h"

namespace argosy::tokenizers {

namespace {

using Kind = DecodeStep::Kind;

Result<DecodeStep> ReadStep(const json::value& value) {
    const std::string type = TypeOf(value);
    DecodeStep step{};
    if (type == "Replace") {
        step.kind = Kind::kReplace;
        step.to = TextOr(value, "content", "");
        const json::value* pattern = Member(value, "pattern");
        if (pattern == nullptr) return Err(ErrorCode::kCorrupt, "Replace has no \"pattern\"");
        step.from = TextOr(*pattern, "String", "");
        if (!step.from.empty()) return step;
        ARGOSY_TRY(step.regex, Regex::Compile(TextOr(*pattern, "Regex", "")));
        return step;
    }
    if (type == "Metaspace") {
        step.kind = Kind::kMetaspace;
        step.from = TextOr(value, "replacement", "\u2581");
        step.flag = TextOr(value, "prepend_scheme",
                           FlagOr(value, "add_prefix_space", true) ? "always" : "never") != "never";
        return step;
    }
    if (type == "WordPiece") {
        step.kind = Kind::kWordPiece;
        step.from = TextOr(value, "prefix", "##");
        step.flag = FlagOr(value, "cleanup", true);
        return step;
    }
    if (type == "Strip") {
        step.kind = Kind::kStrip;
        step.from = TextOr(value, "content", " ");
        step.left = static_cast<size_t>(std::max<int64_t>(0, IntOr(value, "start", 0)));
        step.right = static_cast<size_t>(std::max<int64_t>(0, IntOr(value, "stop", 0)));
        return step;
    }
    return Err(ErrorCode::kUnsupported, "decoder type \"{}\" is unknown", type);
}

/// What may follow when the texts are one: stripping its beginning.
Result<void> ReadAfterFuse(const json::value& value, DecoderSpec& spec) {
    const std::string content = TextOr(value, "content", "");
    const int64_t start = IntOr(value, "start", 0);
    if (TypeOf(value) != "Strip" || content.size() != 1 || IntOr(value, "stop", 0) != 0 ||
        start < 0 || spec.strip_count != 0) {
        return Err(ErrorCode::kUnsupported, "decoder: \"{}\" behind Fuse", TypeOf(value));
    }
    spec.strip = content[0];
    spec.strip_count = static_cast<size_t>(start);
    return {};
}

}  // namespace

Result<DecoderSpec> ReadDecoder(const json::value* value) {
    DecoderSpec spec;
    if (value == nullptr) {
        spec.steps.push_back({Kind::kSpaceBetween, "", "", {}});
        return spec;
    }
    ARGOSY_TRY(const auto parts, PartsOf(*value, "decoders"));
    bool fused = false;
    for (const json::value* part : parts) {
        const std::string type = TypeOf(*part);
        const bool joined = spec.join != DecoderSpec::Join::kText;
        if (type == "Fuse") {
            fused = true;
        } else if (fused || spec.join == DecoderSpec::Join::kByteLevel) {
            ARGOSY_CHECK_OK(ReadAfterFuse(*part, spec));
        } else if (type == "ByteLevel" && !joined) {
            spec.join = DecoderSpec::Join::kByteLevel;
        } else if (type == "ByteFallback" && !joined) {
            spec.join = DecoderSpec::Join::kByteRuns;
        } else if (joined) {
            return Err(ErrorCode::kUnsupported, "decoder: \"{}\" behind ByteFallback", type);
        } else {
            ARGOSY_TRY(auto step, ReadStep(*part));
            spec.steps.push_back(std::move(step));
        }
    }
    return spec;
}

}  // namespace argosy::tokenizers
