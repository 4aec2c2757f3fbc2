// What stands in a data set before it is trained on: lengths, repetitions, empty answers, personal
// data. For people as text, for programs as JSON. Never repeats a value that may be personal.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "lifecycle/dataset.h"
#include "lifecycle/pii.h"
#include "lifecycle/render_example.h"

namespace argosy::lifecycle {

/// How many, and the places of the first kMaxPlaces.
struct Places {
    static constexpr size_t kMaxPlaces = 20;
    size_t count = 0;
    std::vector<std::string> first;
    void Add(const std::string& place);
};

struct LengthFigures {
    size_t p50 = 0, p95 = 0, max = 0, total = 0;  // tokens
    static LengthFigures Of(std::vector<size_t> lengths);
};

struct DatasetReport {
    size_t train_rows = 0, eval_rows = 0, sequences = 0;
    std::map<std::string, size_t> kinds;  // rows by form
    LengthFigures tokens;                 // of a sequence
    LengthFigures loss_tokens;            // of them, counted in the loss
    size_t max_tokens = 0;                // the limit; 0: none
    Places over_long;                     // sequences beyond it
    Places duplicates;                    // rows equal to an earlier one of the same side
    Places near_duplicates;               // equal to an earlier one but for case and punctuation
    Places leaked;                        // rows of eval that stand in train too
    Places empty_answers;
    Places split;     // rows whose template re-renders earlier turns
    Places inexact;   // rows whose answer begins within a token
    Places unending;  // rows whose answer has no end-of-turn token
    std::map<PiiKind, Places> pii;

    json::object ToJson() const;
    std::string ToText() const;
};

struct RenderedDataset {
    std::vector<TokenSequence> train, eval;
    DatasetReport report;
};

/// Renders every row and looks at it. `max_tokens` 0: any length is right. Sequences that are too
/// long are kept and reported: the trainer decides whether to cut or to leave them out. Rows that
/// the template refuses are named, all of them.
std::expected<RenderedDataset, BadData> RenderDataset(const Dataset& data,
                                                      const ExampleRenderer& renderer,
                                                      size_t max_tokens, size_t max_bad_rows = 100);

}  // namespace argosy::lifecycle
