// An embedding model of words: texts that share words are near. Counts what it is asked for. For
// tests.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "retrieval/embedder.h"
#include "retrieval/index/words.h"

namespace argosy::retrieval::testing {

/// Thread-safe.
class FakeEmbedder final : public Embedder {
  public:
    explicit FakeEmbedder(size_t dimensions = 64) : dimensions_(dimensions) {}

    size_t dimensions() const override { return dimensions_; }
    Result<std::vector<std::vector<float>>> Embed(std::span<const std::string> texts,
                                                  TextRole role) const override {
        if (role == TextRole::kPassage) {
            if (passages_ + texts.size() > fail_after) {
                return Err(ErrorCode::kUnavailable, "the embedding model is gone");
            }
            passages_ += texts.size();
            largest_batch_ = std::max<size_t>(largest_batch_, texts.size());
        }
        std::vector<std::vector<float>> vectors;
        for (const std::string& text : texts) vectors.push_back(VectorOf(text));
        if (on_batch) on_batch();
        return vectors;
    }

    size_t passages() const { return passages_; }
    size_t largest_batch() const { return largest_batch_; }

    size_t fail_after = SIZE_MAX;  // passages that it takes; for one more it fails
    std::function<void()> on_batch;

  private:
    std::vector<float> VectorOf(const std::string& text) const {
        std::vector<float> vector(dimensions_, 0.01F);
        ForEachWord(text, [&](std::string&& word) {
            vector[std::hash<std::string>()(word) % dimensions_] += 1;
        });
        double square = 0;
        for (const float x : vector) square += double{x} * double{x};
        for (float& x : vector) x /= static_cast<float>(std::sqrt(square));
        return vector;
    }

    const size_t dimensions_;
    mutable std::atomic<size_t> passages_ = 0, largest_batch_ = 0;
};

}  // namespace argosy::retrieval::testing
