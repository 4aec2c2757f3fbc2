#include "tune/exact_answers.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "engine/engine.h"
#include "engine/load.h"
#include "lifecycle/shop/score.h"

namespace argosy::tune {

namespace {

using lifecycle::Example;

constexpr int32_t kSpareTokens = 16;        // an answer may be so much longer before it is cut off
constexpr int32_t kReasoningTokens = 1024;  // before the answer, where the model reasons

// The last answer's index; nothing where the row has none in plain text.
std::optional<size_t> LastAnswer(const Example& row) {
    for (size_t i = row.messages.size(); i-- > 0;) {
        const json::object& message = row.messages[i].get_object();
        const json::value* content = message.if_contains("content");
        if (message.at("role") != "assistant") continue;
        if (content == nullptr || !content->is_string()) return std::nullopt;
        return i;
    }
    return std::nullopt;
}

Result<void> AddChat(const Example& row, const Tokenizer& tokenizer, const ChatFormat& format,
                     std::vector<Question>& questions) {
    const auto last = LastAnswer(row);
    if (!last) return {};
    ChatRequest request;
    request.tools = row.tools;
    for (size_t i = 0; i < *last; ++i) {
        json::object message = row.messages[i].get_object();
        message.erase("weight");
        request.messages.push_back(std::move(message));
    }
    ARGOSY_TRY(const ChatPrompt prompt, format.Render(request));
    Question& question = questions.emplace_back();
    question.prompt = tokenizer.Encode(prompt.text, {.add_special = false});
    question.parser = format.ParserOptions(request, prompt);
    question.wanted = std::string(row.messages[*last].at("content").get_string());
    return {};
}

// Collects the texts of many requests; called on the engine's thread, waited for on another.
class Answers {
  public:
    explicit Answers(size_t count) : texts_(count), left_(count) {}

    void Take(size_t index, const GenerateEvent& event) {
        const std::lock_guard lock(mutex_);
        texts_[index] += event.text;
        if (event.error && !error_) error_ = event.error;
        if (event.done && --left_ == 0) done_.notify_one();
    }

    Result<std::vector<std::string>> Wait(const AnswerOptions& options) {
        std::unique_lock lock(mutex_);
        while (!done_.wait_for(lock, std::chrono::milliseconds(100), [&] { return left_ == 0; })) {
            if (options.stop && options.stop()) {
                return Err(ErrorCode::kCancelled, "stopped while answering");
            }
            if (options.progress) options.progress(texts_.size() - left_, texts_.size());
        }
        if (error_) return std::unexpected(*error_);
        return std::move(texts_);
    }

  private:
    std::mutex mutex_;
    std::condition_variable done_;
    std::vector<std::string> texts_;  // GUARDED_BY(mutex_), as are the two below
    size_t left_;
    std::optional<Error> error_;
};

std::string Content(const std::string& text, const ToolCallParserOptions& options) {
    ToolCallParser parser(options);
    std::string content;
    const auto take = [&content](const std::vector<ChatEvent>& events) {
        for (const ChatEvent& event : events) {
            if (event.kind == ChatEvent::Kind::kContent) content += event.text;
        }
    };
    take(parser.Push(text));
    take(parser.Finish());
    return content;
}

GenerateRequest MakeRequest(const Question& question, const Tokenizer& tokenizer,
                            const ChatFormat& format, const AnswerOptions& options) {
    GenerateRequest request;
    request.prompt = question.prompt;
    request.sampling.temperature = 0;
    request.sampling.max_tokens =
        static_cast<int32_t>(tokenizer.Encode(question.wanted, {.add_special = false}).size()) +
        kSpareTokens + (question.parser.reasoning ? kReasoningTokens : 0);
    if (question.parser.tools || question.parser.reasoning) {
        request.sampling.visible_tokens = format.visible_tokens();
    }
    if (!options.adapter.empty()) request.adapter = "tuned";
    return request;
}

Result<std::unique_ptr<Engine>> StartEngine(std::shared_ptr<const ModelFile> model,
                                            const std::vector<GenerateRequest>& requests,
                                            const Tokenizer& tokenizer,
                                            const AnswerOptions& options) {
    EngineOptions engine;
    engine.threads = options.threads;
    engine.max_queued = static_cast<int32_t>(requests.size());
    for (const GenerateRequest& request : requests) {
        engine.context_length =
            std::max(engine.context_length,
                     static_cast<int32_t>(request.prompt.size()) + request.sampling.max_tokens + 1);
    }
    const auto own =
        model->GetInt(model->GetString("general.architecture").value_or("") + ".context_length");
    if (own) engine.context_length = std::min(engine.context_length, static_cast<int32_t>(*own));
    ARGOSY_CHECK_OK(PlanMemory(*model, engine));
    ARGOSY_TRY(auto runner, LoadRunner(std::move(model), engine));
    ARGOSY_TRY(auto started, Engine::Start(std::move(runner), tokenizer, engine));
    if (!options.adapter.empty()) ARGOSY_CHECK_OK(started->LoadAdapter("tuned", options.adapter));
    return started;
}

}  // namespace

bool HasAnswer(const Example& row) {
    if (row.kind == Example::Kind::kChat) return LastAnswer(row).has_value();
    return row.kind == Example::Kind::kCompletion;
}

Result<std::vector<Question>> MakeQuestions(std::span<const Example> rows,
                                            const Tokenizer& tokenizer, const ChatFormat& format) {
    std::vector<Question> questions;
    for (const Example& row : rows) {
        if (row.kind == Example::Kind::kChat) {
            ARGOSY_CHECK_OK(AddChat(row, tokenizer, format, questions));
        } else if (row.kind == Example::Kind::kCompletion) {
            questions.push_back({tokenizer.Encode(row.prompt), {}, row.text});
        }
    }
    return questions;
}

Result<std::vector<std::string>> AnswerAll(std::shared_ptr<const ModelFile> model,
                                           std::span<const Question> questions,
                                           const Tokenizer& tokenizer, const ChatFormat& format,
                                           const AnswerOptions& options) {
    if (questions.empty()) return std::vector<std::string>{};
    std::vector<GenerateRequest> requests;
    for (const Question& question : questions) {
        requests.push_back(MakeRequest(question, tokenizer, format, options));
    }
    Answers answers(questions.size());
    ARGOSY_TRY(const auto engine, StartEngine(std::move(model), requests, tokenizer, options));
    for (size_t i = 0; i < requests.size(); ++i) {
        const EventSink sink = [&answers, i](const GenerateEvent& event) {
            answers.Take(i, event);
        };
        ARGOSY_CHECK_OK(engine->Submit(std::move(requests[i]), sink));
    }
    ARGOSY_TRY(auto texts, answers.Wait(options));
    for (size_t i = 0; i < texts.size(); ++i) texts[i] = Content(texts[i], questions[i].parser);
    return texts;
}

Result<AnswerRate> CountExactAnswers(std::shared_ptr<const ModelFile> model,
                                     std::span<const Question> questions,
                                     const Tokenizer& tokenizer, const ChatFormat& format,
                                     const AnswerOptions& options) {
    ARGOSY_TRY(const auto answers,
               AnswerAll(std::move(model), questions, tokenizer, format, options));
    AnswerRate rate{questions.size(), 0};
    for (size_t i = 0; i < answers.size(); ++i) {
        if (lifecycle::shop::IsSameAnswer(answers[i], questions[i].wanted)) ++rate.exact;
    }
    return rate;
}

}  // namespace argosy::tune
