// The search of the made-up shop, as the example application runs it: what is shown to a shopper's
// question is what the assistant's chain would put before its model.
#pragma once

#include "base/error.h"
#include "lifecycle/shop/dialogue.h"
#include "lifecycle/shop/stall.h"

namespace argosy::cli {

/// Indexes the stall's products in a temporary folder, which goes with the last copy of what is
/// given back. Lexical search with the question's filters, order and names. Errors: the store's.
Result<lifecycle::shop::ShowProducts> OpenShopSearch(const lifecycle::shop::Stall& stall);

}  // namespace argosy::cli
