#include "tune/chat_data.h"

namespace argosy::tune {

namespace {

using Personal = std::map<lifecycle::PiiKind, lifecycle::Places>;

// Looked for before anything is masked, so that the report names the lines in either case.
Personal FindPersonal(const lifecycle::Dataset& rows) {
    Personal found;
    for (const auto* side : {&rows.train, &rows.eval}) {
        for (lifecycle::Example row : *side) {
            lifecycle::VisitTexts(row, [&](std::string& text) {
                for (const auto& match : lifecycle::FindPii(text)) {
                    found[match.kind].Add(rows.PlaceOf(row));
                }
            });
        }
    }
    return found;
}

// The first token is predicted from nothing, so that its mark counts for nothing.
bool HasLoss(const lifecycle::TokenSequence& sequence) {
    return sequence.loss_tokens() > (!sequence.loss.empty() && sequence.loss.front() ? 1u : 0u);
}

std::vector<train::Example> Keep(std::vector<lifecycle::TokenSequence> sequences, size_t max_tokens,
                                 DataReport& report) {
    std::vector<train::Example> kept;
    for (lifecycle::TokenSequence& sequence : sequences) {
        if (max_tokens > 0 && sequence.tokens.size() > max_tokens) {
            ++report.too_long;
        } else if (!HasLoss(sequence)) {
            ++report.unlearnt;
        } else {
            kept.push_back({std::move(sequence.tokens), std::move(sequence.loss)});
        }
    }
    return kept;
}

}  // namespace

Result<ChatData> PrepareChats(lifecycle::Dataset rows, const Tokenizer& tokenizer,
                              const ChatFormat& format, size_t max_tokens, bool mask_pii) {
    ChatData data;
    Personal personal = FindPersonal(rows);
    if (mask_pii) data.report.masked = lifecycle::MaskPii(rows);
    auto rendered =
        lifecycle::RenderDataset(rows, lifecycle::ExampleRenderer(tokenizer, format), max_tokens);
    if (!rendered) return std::unexpected(rendered.error().ToError());
    data.report.rows = std::move(rendered->report);
    data.report.rows.pii = std::move(personal);
    data.report.mask = mask_pii;
    data.train = Keep(std::move(rendered->train), max_tokens, data.report);
    data.eval = Keep(std::move(rendered->eval), max_tokens, data.report);
    data.eval_rows = std::move(rows.eval);
    if (!data.train.empty()) return data;
    return Err(ErrorCode::kInvalidArgument,
               "no row is left to train on: {} longer than {} tokens (--context), {} without "
               "anything to learn",
               data.report.too_long, max_tokens, data.report.unlearnt);
}

}  // namespace argosy::tune
