#include "model/tokenizers/train_bpe.h"

#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "model/tokenizers/byte_alphabet.h"
#include "model/tokenizers/gguf_pre_tokenizer.h"

namespace argosy::tokenizers {

namespace {

using Pair = std::pair<uint32_t, uint32_t>;

struct PairHash {
    size_t operator()(const Pair& pair) const {
        return std::hash<uint64_t>()(uint64_t{pair.first} << 32 | pair.second);
    }
};

struct PairUse {
    int64_t count = 0;
    std::set<uint32_t> words;  // that hold it, or once did
};

/// Words as token ids, and where each pair of neighbours stands.
class BpeTrainer {
  public:
    explicit BpeTrainer(const std::map<std::string, uint64_t>& words) {
        for (int byte = 0; byte < 256; ++byte) {
            result_.tokens.emplace_back(ByteCharacter(static_cast<uint8_t>(byte)));
        }
        for (const auto& [text, count] : words) {
            std::vector<uint32_t> ids;
            for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
            words_.emplace_back(std::move(ids));
            counts_.push_back(static_cast<int64_t>(count));
            CountPairs(static_cast<uint32_t>(words_.size() - 1), 1);
        }
    }

    BpeVocabulary Train(size_t size) {
        while (result_.tokens.size() < size && MergeBest()) {
        }
        return std::move(result_);
    }

  private:
    void CountPairs(uint32_t word, int64_t sign) {
        const std::vector<uint32_t>& ids = words_[word];
        for (size_t i = 1; i < ids.size(); ++i) {
            PairUse& use = pairs_[{ids[i - 1], ids[i]}];
            use.count += sign * counts_[word];
            use.words.insert(word);
        }
    }

    bool Before(const Pair& a, const Pair& b) const {
        const auto& tokens = result_.tokens;
        return std::tie(tokens[a.first], tokens[a.second]) <
               std::tie(tokens[b.first], tokens[b.second]);
    }

    bool MergeBest() {
        const Pair* best = nullptr;
        int64_t most = 1;
        for (const auto& [pair, use] : pairs_) {
            if (use.count < most || use.count < 2) continue;
            if (use.count == most && best != nullptr && Before(*best, pair)) continue;
            most = use.count;
            best = &pair;
        }
        if (best == nullptr) return false;
        Merge(*best);
        return true;
    }

    void Merge(Pair pair) {
        const auto [left, right] = pair;
        const auto merged = static_cast<uint32_t>(result_.tokens.size());
        result_.merges.push_back(result_.tokens[left] + " " + result_.tokens[right]);
        result_.tokens.push_back(result_.tokens[left] + result_.tokens[right]);
        const std::set<uint32_t> holders = std::move(pairs_[pair].words);
        for (const uint32_t word : holders) {
            CountPairs(word, -1);
            std::vector<uint32_t> ids;
            for (const uint32_t id : words_[word]) {
                const bool joins = id == right && !ids.empty() && ids.back() == left;
                if (joins) ids.pop_back();
                ids.push_back(joins ? merged : id);
            }
            words_[word] = std::move(ids);
            CountPairs(word, 1);
        }
        pairs_.erase(pair);
    }

    BpeVocabulary result_;
    std::vector<std::vector<uint32_t>> words_;
    std::vector<int64_t> counts_;
    std::unordered_map<Pair, PairUse, PairHash> pairs_;
};

struct WordSink final : PieceSink {
    WordSink(std::string_view start, std::map<std::string, uint64_t>& into)
        : word_start(start), words(into) {}
    void Take(Piece piece) override { ++words[std::string(word_start) + std::string(piece.text)]; }
    std::string_view word_start;
    std::map<std::string, uint64_t>& words;
};

}  // namespace

Result<WordCounter> WordCounter::ForBpe(std::string_view pre) {
    ARGOSY_TRY(GgufPreTokenizer found, FindGgufPreTokenizer(pre));
    WordCounter counter;
    counter.pre_tokenizers_ = std::move(found.steps);
    return counter;
}

WordCounter WordCounter::ForWordPiece() {
    WordCounter counter;
    counter.normalizers_.push_back(MakeBertNormalizer({.strip_accents = true, .lowercase = true}));
    AppendBertPreTokenizers(counter.pre_tokenizers_);
    counter.word_start_ = " ";
    return counter;
}

void WordCounter::Add(std::string_view text) {
    std::string normal(text);
    for (const auto& normalizer : normalizers_) normalizer->Normalize(normal);
    WordSink sink(word_start_, words_);
    RunPreTokenizers(pre_tokenizers_, {normal, true}, sink);
}

BpeVocabulary TrainBpe(const std::map<std::string, uint64_t>& words, size_t size) {
    return BpeTrainer(words).Train(size);
}

}  // namespace argosy::tokenizers
