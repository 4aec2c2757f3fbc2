// One question on its way through the chain. Private to Assistant; used once, by one thread.
#pragma once

#include "assistant/chain/answer_stream.h"
#include "assistant/chain/assistant.h"
#include "assistant/chain/standalone.h"
#include "assistant/guard/guardrails.h"

namespace argosy::assistant::internal {

class AnswerRun {
  public:
    AnswerRun(const AssistantConfig& config, const AssistantParts& parts, const AskRequest& request,
              const TextSink& on_text, std::stop_token stop)
        : config_(config),
          parts_(parts),
          request_(request),
          on_text_(on_text),
          stop_(std::move(stop)),
          trace_(parts.clock) {}

    Result<Answer> Run();

  private:
    // answer_run.cc: the steps, in their order.
    bool CheckQuestion();
    Result<void> ReadMemory();
    Result<void> MakeStandalone();
    bool CheckTopicOf();
    Result<void> SearchPassages();
    bool NothingFits() const;
    Result<void> AskModel();
    void Remember();
    Answer Finish();
    void Say(const std::string& text);
    bool HasTools() const { return parts_.tools && !parts_.tools->empty(); }

    // model_rounds.cc: the model, its tools and its text.
    Result<void> RunRounds(std::vector<Message> messages, AnswerStream& stream);
    Result<ModelReply> OneRound(const ModelRequest& request, size_t round, AnswerStream& stream);
    void RunTools(const ModelReply& reply, std::vector<Message>& messages);
    void RunTool(const ToolCall& call, bool allowed, std::vector<Message>& messages);
    void TakeStream(const AnswerStream& stream);
    bool SaysUnknown() const;

    const AssistantConfig& config_;
    const AssistantParts& parts_;
    const AskRequest& request_;
    const TextSink& on_text_;
    const std::stop_token stop_;
    Trace trace_;
    std::string message_;  // the question, checked
    std::vector<Finding> findings_;
    History history_;
    std::vector<StoredMessage> all_messages_;  // of the history, for the rules
    Standalone standalone_;
    std::vector<Passage> passages_;
    std::vector<std::string> missing_;  // asked for, and met by no passage
    Answer answer_;
};

}  // namespace argosy::assistant::internal
