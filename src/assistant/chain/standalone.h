// A follow-up ("and in blue?", "is it in stock?", "anything cheaper?") made into a question that a
// search understands without the conversation. By rules, which cost nothing and suit the small
// models that come with Argosy; a larger model may do it instead. Pure but for RewriteByModel.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "assistant/chat_model.h"
#include "assistant/memory/history.h"

namespace argosy::assistant {

enum class FollowUp {
    kNone,         // it stands alone
    kPronoun,      // "is it in stock?": about a thing named before
    kComparative,  // "anything cheaper?": measured against a thing named before
    kFragment,     // "and in blue?": the question before with a change
    kRewritten,    // by the model
};
/// "none", "pronoun", "comparative", "fragment", "rewritten".
std::string_view ToString(FollowUp kind);

struct Standalone {
    std::string question;
    FollowUp kind = FollowUp::kNone;

    /// The question is asked in words that the turns before explain.
    bool NeedsTurnsBefore() const {
        return kind == FollowUp::kPronoun || kind == FollowUp::kComparative;
    }
    /// What the answering model is asked. It knows "it" from the turns before; a fragment is
    /// clearer whole.
    const std::string& ForPrompt(const std::string& asked) const {
        return kind == FollowUp::kFragment || kind == FollowUp::kRewritten ? question : asked;
    }
};

/// `history`: the messages before, the last one at the end. Of a user's message that was itself
/// resolved, extra.standalone is what it meant; of an answer, extra.citations[].title what it was
/// about.
Standalone ResolveQuestion(std::string_view question, std::span<const StoredMessage> history);

/// The titles of what the last answer was about: its citations, else the capitalised words before
/// each [n].
std::vector<std::string> LastSubjects(std::span<const StoredMessage> history);

/// Asks the model. Errors: the model's, and kCorrupt for an answer that is no question (empty, or
/// many times longer).
Result<Standalone> RewriteByModel(const ChatModel& model, const std::string& question,
                                  const History& history, std::stop_token stop);

}  // namespace argosy::assistant
