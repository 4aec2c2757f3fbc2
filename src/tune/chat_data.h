// Rows of chats, completions and texts made ready for the trainer.
#pragma once

#include <vector>

#include "base/error.h"
#include "model/chat_format.h"
#include "model/tokenizer.h"
#include "train/example.h"
#include "tune/data_report.h"

namespace argosy::tune {

struct ChatData {
    std::vector<train::Example> train, eval;
    std::vector<lifecycle::Example> eval_rows;  // as they stand, for asking the model
    DataReport report;
};

/// Masks where asked, renders by the model's template, and leaves out what cannot be trained on.
/// Errors: kInvalidArgument naming each row that the template refuses, or where nothing is left.
Result<ChatData> PrepareChats(lifecycle::Dataset rows, const Tokenizer& tokenizer,
                              const ChatFormat& format, size_t max_tokens, bool mask_pii);

}  // namespace argosy::tune
