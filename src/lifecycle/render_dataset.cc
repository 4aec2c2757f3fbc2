// RenderDataset: one pass over all rows that makes sequences and counts what the report tells.
#include <unordered_set>

#include "lifecycle/content_key.h"
#include "lifecycle/dataset_report.h"

namespace argosy::lifecycle {

namespace {

class Pass {
  public:
    Pass(const Dataset& data, const ExampleRenderer& renderer, size_t max_tokens, size_t max_bad)
        : data_(data), renderer_(renderer), max_bad_(max_bad) {
        out_.report.max_tokens = max_tokens;
    }

    std::expected<RenderedDataset, BadData> Run() {
        out_.report.train_rows = data_.train.size();
        out_.report.eval_rows = data_.eval.size();
        for (const Example& row : data_.train) Look(row, out_.train, train_seen_);
        for (const Example& row : data_.eval) {
            if (train_seen_.exact.contains(ContentKey(WholeText(row)))) {
                out_.report.leaked.Add(data_.PlaceOf(row));
            }
            Look(row, out_.eval, eval_seen_);
        }
        if (bad_.total > 0) return std::unexpected(std::move(bad_));
        out_.report.tokens = LengthFigures::Of(std::move(lengths_));
        out_.report.loss_tokens = LengthFigures::Of(std::move(loss_lengths_));
        return std::move(out_);
    }

  private:
    struct Seen {
        std::unordered_set<uint64_t> exact, normalised;
    };

    void Look(const Example& row, std::vector<TokenSequence>& sequences, Seen& seen) {
        const std::string place = data_.PlaceOf(row);
        ++out_.report.kinds[ToString(row.kind)];
        if (HasEmptyAnswer(row)) out_.report.empty_answers.Add(place);
        CountDuplicates(row, place, seen);
        CountPii(row, place);
        auto rendered = renderer_.Render(row);
        if (!rendered) return Bad(row, rendered.error().message);
        if (rendered->split) out_.report.split.Add(place);
        if (!rendered->exact) out_.report.inexact.Add(place);
        if (!rendered->ends) out_.report.unending.Add(place);
        for (TokenSequence& sequence : rendered->sequences) {
            CountLength(sequence, place);
            sequences.push_back(std::move(sequence));
        }
    }

    void CountLength(const TokenSequence& sequence, const std::string& place) {
        ++out_.report.sequences;
        lengths_.push_back(sequence.tokens.size());
        loss_lengths_.push_back(sequence.loss_tokens());
        const size_t limit = out_.report.max_tokens;
        if (limit != 0 && sequence.tokens.size() > limit) out_.report.over_long.Add(place);
    }

    void CountDuplicates(const Example& row, const std::string& place, Seen& seen) {
        const std::string text = WholeText(row);
        const bool fresh = seen.exact.insert(ContentKey(text)).second;
        const bool fresh_words = seen.normalised.insert(ContentKey(NormalisedText(text))).second;
        if (!fresh) {
            out_.report.duplicates.Add(place);
        } else if (!fresh_words) {
            out_.report.near_duplicates.Add(place);
        }
    }

    void CountPii(Example row, const std::string& place) {
        VisitTexts(row, [&](std::string& text) {
            for (const PiiMatch& match : FindPii(text)) out_.report.pii[match.kind].Add(place);
        });
    }

    void Bad(const Example& row, std::string problem) {
        ++bad_.total;
        if (bad_.rows.size() < max_bad_) {
            bad_.rows.push_back({data_.files[row.file], row.line, std::move(problem)});
        }
    }

    const Dataset& data_;
    const ExampleRenderer& renderer_;
    size_t max_bad_;
    RenderedDataset out_;
    BadData bad_;
    Seen train_seen_, eval_seen_;
    std::vector<size_t> lengths_, loss_lengths_;
};

}  // namespace

std::expected<RenderedDataset, BadData> RenderDataset(const Dataset& data,
                                                      const ExampleRenderer& renderer,
                                                      size_t max_tokens, size_t max_bad_rows) {
    return Pass(data, renderer, max_tokens, max_bad_rows).Run();
}

}  // namespace argosy::lifecycle
