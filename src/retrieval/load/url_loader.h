// A document, a table or a PDF at a web address; its kind is what the server says, else its name.
#pragma once

#include <string>

#include "retrieval/load/load_session.h"

namespace argosy::retrieval {

/// `url` is http or https. Addresses of this machine and of private networks are refused unless
/// options.allow_private_addresses, redirects to them too. What fails is reported; an error that
/// may pass (5xx, 429, no connection) is tried three times.
void LoadUrl(const std::string& url, LoadSession& session);

}  // namespace argosy::retrieval
