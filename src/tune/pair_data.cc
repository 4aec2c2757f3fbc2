#include "tune/pair_data.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <unordered_set>

#include "base/line_reader.h"
#include "lifecycle/content_key.h"

namespace argosy::tune {

namespace {

Result<void> AddNegatives(const json::object& row, size_t most, TextPair& pair) {
    const json::value* value = row.if_contains("negatives");
    if (value == nullptr || value->is_null()) return {};
    const json::array* list = value->if_array();
    const auto is_text = [](const json::value& one) {
        return one.is_string() && !one.get_string().empty();
    };
    if (list == nullptr || !std::ranges::all_of(*list, is_text)) {
        return Err(ErrorCode::kInvalidArgument, "negatives has to be a list of texts");
    }
    for (const json::value& one : *list) {
        if (pair.negatives.size() < most) pair.negatives.emplace_back(one.get_string());
    }
    return {};
}

Result<TextPair> ParsePair(std::string_view line, size_t negatives) {
    ARGOSY_TRY(const json::value row, ParseJson(line));
    const json::object* object = row.if_object();
    TextPair pair;
    for (const auto& [key, text] :
         {std::pair{"query", &pair.query}, {"positive", &pair.positive}}) {
        const json::value* value = object != nullptr ? object->if_contains(key) : nullptr;
        if (value == nullptr || !value->is_string() || value->get_string().empty()) {
            return Err(ErrorCode::kInvalidArgument,
                       "{} has to be a text that is not empty, in a row like {{\"query\": \"...\", "
                       "\"positive\": \"...\"}}",
                       key);
        }
        *text = std::string(value->get_string());
    }
    ARGOSY_CHECK_OK(AddNegatives(*object, negatives, pair));
    return pair;
}

class PairReader {
  public:
    PairReader(const lifecycle::DatasetOptions& options, size_t negatives)
        : options_(options), negatives_(negatives) {}

    void Read(const std::filesystem::path& path, std::vector<TextPair>& pairs) {
        std::ifstream in(path);
        if (!in) return Bad(path.string(), 0, "cannot be read");
        LineReader lines(in, options_.max_row_bytes);
        std::string line;
        while (true) {
            const auto more = lines.Next(line);
            if (!more) {
                Bad(path.string(), lines.line(), more.error().message);
                continue;
            }
            if (!*more) return;
            if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
            auto pair = ParsePair(line, negatives_);
            if (!pair) {
                Bad(path.string(), lines.line(), pair.error().message);
                continue;
            }
            pair->place = fmt::format("{}:{}", path.string(), lines.line());
            pairs.push_back(std::move(*pair));
        }
    }

    lifecycle::BadData bad;

  private:
    void Bad(std::string file, size_t line, std::string problem) {
        ++bad.total;
        if (bad.rows.size() < options_.max_bad_rows) {
            bad.rows.push_back({std::move(file), line, std::move(problem)});
        }
    }

    const lifecycle::DatasetOptions& options_;
    size_t negatives_;
};

// By content, so that the order of rows decides nothing and equal queries stay on one side.
void Split(TextPairs& pairs, double share, uint64_t seed) {
    std::vector<uint64_t> keys;
    keys.reserve(pairs.train.size());
    for (const TextPair& pair : pairs.train) {
        keys.push_back(lifecycle::ContentKey(pair.query, seed));
    }
    std::vector<uint64_t> ordered = keys;
    std::ranges::sort(ordered);
    const auto repeated = std::ranges::unique(ordered);
    ordered.erase(repeated.begin(), repeated.end());
    if (share <= 0 || ordered.size() < 2) return;
    const auto wanted =
        static_cast<size_t>(std::lround(static_cast<double>(ordered.size()) * share));
    const uint64_t limit = ordered[std::clamp<size_t>(wanted, 1, ordered.size() - 1)];
    std::vector<TextPair> train;
    for (size_t i = 0; i < keys.size(); ++i) {
        (keys[i] < limit ? pairs.eval : train).push_back(std::move(pairs.train[i]));
    }
    pairs.train = std::move(train);
}

class Encoder {
  public:
    Encoder(const Tokenizer& tokenizer, size_t max_tokens, bool mask, DataReport& report)
        : tokenizer_(tokenizer), max_tokens_(max_tokens), mask_(mask), report_(report) {}

    std::vector<train::Pair> Encode(std::vector<TextPair> pairs) {
        std::vector<train::Pair> encoded;
        std::unordered_set<uint64_t> seen;
        for (TextPair& pair : pairs) {
            if (!seen.insert(lifecycle::ContentKey(pair.query + '\0' + pair.positive)).second) {
                report_.rows.duplicates.Add(pair.place);
            }
            train::Pair tokens{Tokens(pair.query, pair), Tokens(pair.positive, pair)};
            size_t longest = std::max(tokens.query.size(), tokens.positive.size());
            for (std::string& negative : pair.negatives) {
                tokens.negatives.push_back(Tokens(negative, pair));
                longest = std::max(longest, tokens.negatives.back().size());
            }
            if (max_tokens_ > 0 && longest > max_tokens_) {
                report_.rows.over_long.Add(pair.place);
                ++report_.too_long;
            } else {
                encoded.push_back(std::move(tokens));
            }
        }
        return encoded;
    }

    lifecycle::LengthFigures Lengths() { return lifecycle::LengthFigures::Of(std::move(lengths_)); }

  private:
    std::vector<TokenId> Tokens(std::string& text, const TextPair& pair) {
        for (const auto& match : lifecycle::FindPii(text)) {
            report_.rows.pii[match.kind].Add(pair.place);
            if (mask_) ++report_.masked;
        }
        if (mask_) text = lifecycle::MaskPii(text);
        std::vector<TokenId> tokens = tokenizer_.Encode(text);
        lengths_.push_back(tokens.size());
        return tokens;
    }

    const Tokenizer& tokenizer_;
    size_t max_tokens_;
    bool mask_;
    DataReport& report_;
    std::vector<size_t> lengths_;
};

}  // namespace

Result<TextPairs> LoadPairs(const lifecycle::DatasetOptions& options, size_t negatives) {
    TextPairs pairs;
    PairReader reader(options, negatives);
    for (const auto& path : options.train) reader.Read(path, pairs.train);
    for (const auto& path : options.eval) reader.Read(path, pairs.eval);
    if (reader.bad.total == 0 && pairs.train.empty()) {
        reader.bad = {{{"training data", 0, "there is no row at all"}}, 1};
    }
    if (reader.bad.total > 0) return std::unexpected(reader.bad.ToError());
    if (options.eval.empty()) Split(pairs, options.eval_share, options.seed);
    return pairs;
}

Result<PairData> PreparePairs(TextPairs pairs, const Tokenizer& tokenizer, size_t max_tokens,
                              bool mask_pii) {
    PairData data;
    lifecycle::DatasetReport& rows = data.report.rows;
    data.report.mask = mask_pii;
    rows.train_rows = pairs.train.size();
    rows.eval_rows = pairs.eval.size();
    rows.kinds["pair"] = rows.train_rows + rows.eval_rows;
    rows.sequences = 2 * rows.kinds["pair"];
    for (const auto* side : {&pairs.train, &pairs.eval}) {
        for (const TextPair& pair : *side) rows.sequences += pair.negatives.size();
    }
    rows.max_tokens = max_tokens;
    Encoder encoder(tokenizer, max_tokens, mask_pii, data.report);
    data.train = encoder.Encode(std::move(pairs.train));
    data.eval = encoder.Encode(std::move(pairs.eval));
    rows.tokens = encoder.Lengths();
    if (!data.train.empty()) return data;
    return Err(ErrorCode::kInvalidArgument,
               "no pair is left to train on: all are longer than {} tokens (--context)",
               max_tokens);
}

}  // namespace argosy::tune
