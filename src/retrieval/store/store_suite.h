// The tests that every store passes. A store's own test file makes it known to them with
//   INSTANTIATE_TEST_SUITE_P(Embedded, StoreSuite, testing::Values(&MakeEmbedded),
//                            [](const auto&) { return "Embedded"; });
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "retrieval/store/store.h"

namespace argosy::retrieval {

/// Makes an empty store for one test; null where its server is not there (the test is skipped).
using MakeStore = std::unique_ptr<Store> (*)();

class StoreSuite : public testing::TestWithParam<MakeStore> {
  protected:
    void SetUp() override {
        store_ = GetParam()();
        if (!store_) GTEST_SKIP() << "no such store here";
    }
    std::unique_ptr<Store> store_;
};

/// A document of one chunk for each text, with metadata and, where `dimensions` is above 0, vectors
/// that depend on id and number alone.
StoredDocument MakeDocument(const std::string& id, const std::vector<std::string>& texts,
                            const json::object& metadata, size_t dimensions);
std::vector<float> MakeVector(uint64_t seed, size_t dimensions);

}  // namespace argosy::retrieval
