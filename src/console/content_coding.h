// Which coding of a file a client gets (RFC 9110, 12.5.3). Pure.
#pragma once

#include <string_view>

namespace argosy::console {

enum class Coding { kIdentity, kGzip, kBrotli };

/// What Content-Encoding says; empty for identity.
std::string_view Name(Coding coding);

/// The one that `accept_encoding` likes best among those there are; of equals the smallest, which
/// is Brotli. Identity where the field refuses everything: a 406 would help nobody.
Coding ChooseCoding(std::string_view accept_encoding, bool has_gzip, bool has_brotli);

/// Whether an If-None-Match field names the tag (given with its quotes), compared weakly.
bool NamesTag(std::string_view if_none_match, std::string_view tag);

}  // namespace argosy::console
