#include "retrieval/face/multipart.h"

#include <string>

#include "net/headers.h"

namespace argosy::retrieval::face {

namespace {

std::unexpected<Error> Wrong(std::string_view message) {
    return Err(ErrorCode::kInvalidArgument,
               "{}; a file is uploaded as a form (multipart/form-data), as curl -F "
               "snapshot=@file does",
               message);
}

// The value of a parameter of a header: name="value" or name=value; empty where there is none.
std::string_view Parameter(std::string_view header, std::string_view name) {
    for (size_t at = header.find(';'); at != header.npos; at = header.find(';', at)) {
        ++at;
        while (at < header.size() && header[at] == ' ') ++at;
        const size_t equals = header.find('=', at);
        if (equals == header.npos) return {};
        if (!EqualsIgnoreCase(header.substr(at, equals - at), name)) continue;
        std::string_view value = header.substr(equals + 1);
        if (value.starts_with('"')) {
            value.remove_prefix(1);
            return value.substr(0, value.find('"'));
        }
        return value.substr(0, value.find(';'));
    }
    return {};
}

std::string_view PartName(std::string_view headers) {
    constexpr std::string_view kDisposition = "content-disposition:";
    while (!headers.empty()) {
        const size_t end = headers.find("\r\n");
        const std::string_view line = headers.substr(0, end);
        if (line.size() > kDisposition.size() &&
            EqualsIgnoreCase(line.substr(0, kDisposition.size()), kDisposition)) {
            return Parameter(line, "name");
        }
        if (end == headers.npos) break;
        headers.remove_prefix(end + 2);
    }
    return {};
}

}  // namespace

Result<std::string_view> FormPart(std::string_view content_type, std::string_view body,
                                  std::string_view name) {
    const std::string_view boundary = Parameter(content_type, "boundary");
    if (boundary.empty()) return Wrong("the Content-Type has no boundary");
    const std::string delimiter = "\r\n--" + std::string(boundary);
    // The first delimiter may stand at the very beginning, without its line break.
    const std::string first = delimiter.substr(2);
    size_t at = body.starts_with(first) ? first.size() : body.find(delimiter);
    if (at == body.npos) return Wrong("the form has no parts");
    if (!body.starts_with(first)) at += delimiter.size();
    while (body.substr(at).starts_with("\r\n")) {
        at += 2;
        const size_t content = body.find("\r\n\r\n", at);
        const size_t end = content == body.npos ? body.npos : body.find(delimiter, content + 2);
        if (end == body.npos) return Wrong("a part of the form does not end");
        if (PartName(body.substr(at, content - at)) == name) {
            // An empty part's delimiter begins with the line break that ends its headers.
            return body.substr(content + 4, end < content + 4 ? 0 : end - content - 4);
        }
        at = end + delimiter.size();
    }
    return Wrong(fmt::format("the form has no part \"{}\"", name));
}

}  // namespace argosy::retrieval::face
