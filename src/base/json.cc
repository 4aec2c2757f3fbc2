#include "base/json.h"

namespace argosy {

Result<json::value> ParseJson(std::string_view text, size_t max_depth) {
    json::parse_options options;
    options.max_depth = max_depth;
    json::stream_parser parser({}, options);
    boost::system::error_code ec;
    const size_t used = parser.write_some(text.data(), text.size(), ec);
    if (!ec && used < text.size()) {
        const size_t rest = text.find_first_not_of(" \t\r\n", used);
        if (rest != std::string_view::npos) {
            return Err(ErrorCode::kInvalidArgument,
                       "unexpected text after the JSON document at offset {}", rest);
        }
    }
    if (!ec) parser.finish(ec);
    if (ec)
        return Err(ErrorCode::kInvalidArgument, "not JSON at offset {}: {}", used, ec.message());
    return parser.release();
}

}  // namespace argosy
