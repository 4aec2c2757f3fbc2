#include "assistant/memory/history.h"

#include <algorithm>

#include "base/text.h"

namespace argosy::assistant {

namespace {

constexpr const char* kInstruction =
    "Write down in a few short sentences what matters of this conversation for answering what "
    "comes next: what the user looks for, likes, owns and refused, and what was found. Only what "
    "was said. No greeting, no list.";

// Index of the first message of the window.
size_t WindowStart(const std::vector<StoredMessage>& messages, const HistoryOptions& options) {
    size_t start = messages.size();
    size_t bytes = 0;
    while (start > 0 && messages.size() - start < options.max_messages) {
        bytes += messages[start - 1].content.size();
        if (bytes > options.max_bytes) break;
        --start;
    }
    while (start < messages.size() && messages[start].role != "user") ++start;
    return start;
}

}  // namespace

History ChooseHistory(const Session& session, const HistoryOptions& options) {
    const auto begin = session.messages.begin();
    const auto start = static_cast<ptrdiff_t>(WindowStart(session.messages, options));
    return {options.summarise ? session.summary : "", {begin + start, session.messages.end()}};
}

std::optional<SummaryWork> SummaryDue(const Session& session, const HistoryOptions& options) {
    if (!options.summarise) return std::nullopt;
    const size_t start = WindowStart(session.messages, options);
    // Messages have numbers of their own, since the oldest go.
    const uint64_t upto = session.first + start;
    const uint64_t from = std::max(session.first, session.summarised);
    if (upto < from + std::max<size_t>(options.summarise_at, 1)) return std::nullopt;
    const auto begin = session.messages.begin();
    return SummaryWork{session.summary,
                       {begin + static_cast<ptrdiff_t>(from - session.first),
                        begin + static_cast<ptrdiff_t>(start)},
                       upto};
}

Result<std::string> Summarise(const ChatModel& model, const SummaryWork& work,
                              const HistoryOptions& options, std::stop_token stop) {
    std::string text;
    if (!work.earlier.empty()) text = "Earlier: " + work.earlier + "\n";
    for (const StoredMessage& message : work.messages) {
        text += message.role + ": " + message.content + "\n";
    }
    ModelRequest request;
    request.messages = {{"system", kInstruction}, {"user", text}};
    request.sampling.temperature = 0.0F;
    request.sampling.max_tokens = static_cast<int32_t>(options.max_summary_bytes / 3);
    ARGOSY_TRY(const ModelReply reply,
               model.Chat(request, [](std::string_view) { return true; }, std::move(stop)));
    const std::string_view cut = std::string_view(reply.text).substr(0, options.max_summary_bytes);
    return SanitizeUtf8(cut.substr(0, CompleteUtf8(cut)));
}

}  // namespace argosy::assistant
