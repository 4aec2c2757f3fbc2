// The model's text on its way to the reader: citations held against the passages, then the output's
// checks. Private to the chain. Thread-compatible.
#pragma once

#include <string>
#include <string_view>

#include "assistant/chain/citations.h"
#include "assistant/chat_model.h"
#include "assistant/guard/output_guard.h"

namespace argosy::assistant::internal {

class AnswerStream {
  public:
    AnswerStream(size_t passages, const GuardOptions& guard, const TextSink& sink)
        : citations_(passages), guard_(guard), sink_(sink) {}

    /// False: nothing more is wanted (the reader left, or a check ended the answer).
    bool Push(std::string_view text) { return Emit(guard_.Push(citations_.Push(text))); }
    /// What is held back comes out. A refusal by a check is added.
    void Finish(const std::string& refusal) {
        (void)Emit(guard_.Push(citations_.Finish()));
        (void)Emit(guard_.Finish());
        if (guard_.refused()) (void)Emit((text_.empty() ? "" : "\n") + refusal);
    }

    const std::string& text() const { return text_; }
    bool reader_left() const { return reader_left_; }
    const CitationFilter& citations() const { return citations_; }
    const OutputGuard& guard() const { return guard_; }

  private:
    bool Emit(const std::string& text) {
        text_ += text;
        if (!text.empty() && !reader_left_) reader_left_ = !sink_(text);
        return !reader_left_ && !guard_.ended();
    }

    CitationFilter citations_;
    OutputGuard guard_;
    const TextSink& sink_;
    std::string text_;
    bool reader_left_ = false;
};

}  // namespace argosy::assistant::internal
