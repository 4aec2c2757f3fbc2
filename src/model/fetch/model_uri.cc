#include "model/fetch/model_uri.h"

#include <algorithm>

#include "net/url.h"

namespace argosy {

namespace {

bool IsRepoPart(std::string_view part) {
    if (part.empty() || part.size() > 96 || part == "." || part == ".." || part[0] == '-') {
        return false;
    }
    return std::ranges::all_of(part, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

bool IsRevision(std::string_view text) {
    return !text.empty() && !text.starts_with('/') && text.find("..") == std::string_view::npos &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '\\'; });
}

Result<ModelUri> ParseHub(std::string_view rest) {
    ModelUri uri;
    uri.kind = ModelUri::Kind::kHub;
    const std::string_view whole = rest;
    if (const size_t colon = rest.find(':'); colon != std::string_view::npos) {
        uri.selector = rest.substr(colon + 1);
        rest = rest.substr(0, colon);
        if (uri.selector.empty()) {
            return Err(ErrorCode::kInvalidArgument,
                       "hf://{} ends in ':'; write a quant (Q4_K_M) or a file behind it", whole);
        }
    }
    uri.revision = "main";
    if (const size_t at = rest.find('@'); at != std::string_view::npos) {
        uri.revision = rest.substr(at + 1);
        rest = rest.substr(0, at);
        if (!IsRevision(uri.revision)) {
            return Err(ErrorCode::kInvalidArgument, "hf://{} has a bad revision '{}'", whole,
                       uri.revision);
        }
    }
    if (rest.ends_with('/')) rest.remove_suffix(1);
    const size_t slash = rest.find('/');
    const bool good = slash == std::string_view::npos
                          ? IsRepoPart(rest)
                          : IsRepoPart(rest.substr(0, slash)) && IsRepoPart(rest.substr(slash + 1));
    if (!good) {
        return Err(ErrorCode::kInvalidArgument,
                   "hf://{} names no repository; write hf://org/name[@revision][:quant-or-file]",
                   whole);
    }
    uri.repo = rest;
    return uri;
}

Result<ModelUri> ParseS3(std::string_view rest) {
    ModelUri uri;
    uri.kind = ModelUri::Kind::kS3;
    const size_t slash = std::min(rest.find('/'), rest.size());
    uri.bucket = rest.substr(0, slash);
    uri.key = rest.substr(std::min(slash + 1, rest.size()));
    const size_t colon = uri.key.rfind(':');
    if (colon != std::string::npos && uri.key.find('/', colon) == std::string::npos) {
        uri.selector = uri.key.substr(colon + 1);
        uri.key.resize(colon);
    }
    while (uri.key.ends_with('/')) uri.key.pop_back();
    if (!IsRepoPart(uri.bucket) || uri.key.empty()) {
        return Err(ErrorCode::kInvalidArgument,
                   "s3://{} names no object; write s3://bucket/key or s3://bucket/prefix[:quant]",
                   rest);
    }
    return uri;
}

std::string Lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return text;
}

/// Takes "sha256=HEX" out of a query or fragment.
Result<std::string> TakeSha256(std::string& text) {
    std::string kept;
    std::string sha256;
    std::string_view rest = text;
    while (!rest.empty()) {
        const size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view piece = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (piece.starts_with("sha256=")) {
            sha256 = Lower(std::string(piece.substr(7)));
            if (!IsSha256Hex(sha256)) {
                return Err(ErrorCode::kInvalidArgument,
                           "the uri's sha256 '{}' is not 64 hex digits", sha256);
            }
        } else {
            kept += (kept.empty() ? "" : "&") + std::string(piece);
        }
    }
    text = kept;
    return sha256;
}

Result<ModelUri> ParseHttp(std::string_view text) {
    ARGOSY_TRY(Url url, ParseUrl(text));
    ModelUri uri;
    uri.kind = ModelUri::Kind::kHttp;
    ARGOSY_TRY(uri.sha256, TakeSha256(url.query));
    ARGOSY_TRY(const std::string in_fragment, TakeSha256(url.fragment));
    if (!in_fragment.empty()) uri.sha256 = in_fragment;
    url.fragment.clear();
    uri.url = url.ToString(true);
    return uri;
}

}  // namespace

bool IsSha256Hex(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

Result<ModelUri> ParseModelUri(std::string_view uri) {
    if (uri.empty()) return Err(ErrorCode::kInvalidArgument, "the model's uri is empty");
    if (uri.starts_with("hf://")) return ParseHub(uri.substr(5));
    if (uri.starts_with("http://") || uri.starts_with("https://")) return ParseHttp(uri);
    if (uri.starts_with("s3://")) {
        std::string query;
        const size_t question = std::min(uri.find('?'), uri.size());
        if (question < uri.size()) query = uri.substr(question + 1);
        ARGOSY_TRY(ModelUri out, ParseS3(uri.substr(5, question - 5)));
        ARGOSY_TRY(out.sha256, TakeSha256(query));
        return out;
    }
    ModelUri out;
    if (uri.starts_with("file://")) {
        std::string_view path = uri.substr(7);
        if (path.starts_with("localhost/")) path.remove_prefix(9);
        if (!path.starts_with('/')) {
            return Err(ErrorCode::kInvalidArgument,
                       "'{}' has no absolute path; write file:///path/to/model.gguf", uri);
        }
        ARGOSY_TRY(out.path, PercentDecode(path));
        return out;
    }
    const size_t scheme = uri.find("://");
    if (scheme != std::string_view::npos) {
        return Err(ErrorCode::kInvalidArgument,
                   "'{}' has an unknown scheme; use hf://, https://, http://, s3://, file:// or a "
                   "path",
                   uri);
    }
    out.path = uri;
    return out;
}

}  // namespace argosy
