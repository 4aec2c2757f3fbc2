// What the last answer was about, and the rewriting of a question by the model.
#include <algorithm>

#include "assistant/chain/standalone.h"

namespace argosy::assistant {

namespace {

constexpr const char* kInstruction =
    "Rewrite the last question of the conversation so that it can be understood alone. Keep all "
    "that was asked for before and still counts. Answer with the question only.";

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

// "Yes, the Roselita Desk Lamp [2]": the capitalised words that end at `end`.
std::string NameBefore(std::string_view text, size_t end) {
    while (end > 0 && text[end - 1] == ' ') --end;
    size_t begin = end;
    while (begin > 0) {
        const size_t space = text.rfind(' ', begin - 1);
        const size_t word = space == std::string_view::npos ? 0 : space + 1;
        if (word >= begin || !IsUpper(text[word])) break;
        const bool sentence =
            text.substr(word, begin - word).find_first_of(",.!?:") < std::string_view::npos;
        if (sentence) break;
        begin = word == 0 ? 0 : word - 1;
        if (word == 0) break;
    }
    while (begin < end && text[begin] == ' ') ++begin;
    std::string_view name = text.substr(begin, end - begin);
    for (const std::string_view article : {"The ", "A ", "An "}) {
        if (name.starts_with(article)) name.remove_prefix(article.size());
    }
    return std::string(name);
}

std::vector<std::string> NamesIn(std::string_view answer) {
    std::vector<std::string> names;
    for (size_t at = 0; (at = answer.find('[', at)) != std::string_view::npos; ++at) {
        const bool number =
            at + 1 < answer.size() && answer[at + 1] >= '0' && answer[at + 1] <= '9';
        std::string name = number ? NameBefore(answer, at) : "";
        if (!name.empty() && std::ranges::find(names, name) == names.end()) {
            names.push_back(std::move(name));
        }
    }
    return names;
}

std::vector<std::string> CitedTitles(const StoredMessage& answer) {
    std::vector<std::string> titles;
    const json::value* citations = answer.extra.if_contains("citations");
    if (citations == nullptr || !citations->is_array()) return titles;
    for (const json::value& citation : citations->as_array()) {
        const json::object* object = citation.if_object();
        const json::value* title = object ? object->if_contains("title") : nullptr;
        if (title != nullptr && title->is_string() && !title->as_string().empty()) {
            titles.emplace_back(title->as_string());
        }
    }
    return titles;
}

}  // namespace

std::vector<std::string> LastSubjects(std::span<const StoredMessage> history) {
    for (size_t i = history.size(); i-- > 0;) {
        if (history[i].role != "assistant") continue;
        auto titles = CitedTitles(history[i]);
        if (titles.empty()) titles = NamesIn(history[i].content);
        if (!titles.empty()) return titles;
    }
    return {};
}

Result<Standalone> RewriteByModel(const ChatModel& model, const std::string& question,
                                  const History& history, std::stop_token stop) {
    std::string text;
    if (!history.summary.empty()) text += "Summary: " + history.summary + "\n";
    for (const StoredMessage& message : history.recent) {
        text += message.role + ": " + message.content + "\n";
    }
    text += "user: " + question;
    ModelRequest request;
    request.messages = {{"system", kInstruction}, {"user", text}};
    request.sampling.temperature = 0.0F;
    request.sampling.max_tokens = 128;
    ARGOSY_TRY(ModelReply reply,
               model.Chat(request, [](std::string_view) { return true; }, std::move(stop)));
    const size_t begin = reply.text.find_first_not_of(" \n\"");
    const size_t end = reply.text.find_last_not_of(" \n\"");
    if (begin == std::string::npos || end + 1 - begin > 8 * question.size() + 400) {
        return Err(ErrorCode::kCorrupt, "the model's rewriting is no question");
    }
    return Standalone{reply.text.substr(begin, end + 1 - begin), FollowUp::kRewritten};
}

}  // namespace argosy::assistant
