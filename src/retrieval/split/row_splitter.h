// One chunk a document, for tables whose rows are documents already.
#pragma once

#include "retrieval/split/splitter.h"

namespace argosy::retrieval {

class RowSplitter final : public Splitter {
  public:
    std::vector<Chunk> Split(const Document& document) const override;
};

}  // namespace argosy::retrieval
