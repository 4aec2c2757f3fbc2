#include "assistant/guard/injection.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "assistant/chain/words.h"

namespace argosy::assistant {

namespace {

// Words of a pattern: alternatives by '|'; "*" is up to kMaxGap words of any kind.
struct Pattern {
    std::string_view name;
    std::string_view words;
};
constexpr size_t kMaxGap = 4;

constexpr Pattern kPatterns[] = {
    {"ignore_instructions",
     "ignore|disregard|forget|override|bypass|skip * previous|prior|above|earlier|preceding|all|"
     "any|your|system|former|these|those * instructions|instruction|rules|prompt|prompts|"
     "directions|guidelines|commands|context"},
    {"ignore_instructions", "do|must not follow|obey * instructions|rules|guidelines"},
    {"ignore_instructions", "forget|ignore everything|anything * above|before|said|told"},
    {"reveal_prompt",
     "reveal|show|print|repeat|output|tell|give|leak|display|expose|recite * system|hidden|initial|"
     "secret|developer|internal|original * prompt|instructions|instruction|message|rules"},
    {"reveal_prompt", "what|what's * your * system|hidden|initial|secret * prompt|instructions"},
    {"new_role", "you are now dan|unrestricted|free|jailbroken"},
    {"new_role", "you are now a|an|the|in * assistant|ai|bot|hacker|pirate|model|agent|character"},
    {"new_role",
     "act|behave|respond|answer|pretend|roleplay * without|no|unrestricted|any * restrictions|"
     "rules|filters|limits|limitations|censorship|guidelines"},
    {"new_role", "from now on you|your are|will|must|shall|role|answer|respond|act"},
    {"new_instructions",
     "new|updated|real|actual|important instructions|instruction follow|below|"
     "are|is|for|from"},
    {"jailbreak", "developer|god|dan|jailbreak|debug mode"},
    {"jailbreak", "do anything now"},
    {"jailbreak", "jailbreak|jailbroken"},
    {"end_of_context", "end of * instructions|prompt|context|passages|products|documents"},
    {"to_the_model",
     "note|message|attention|instructions|instruction to|for * ai|llm|assistant|"
     "chatbot|model * must|should|ignore|recommend|always|never"},
};

constexpr std::array<std::string_view, 16> kMarkup = {"<|im_start|>",
                                                      "<|im_end|>",
                                                      "<|system|>",
                                                      "<|user|>",
                                                      "<|assistant|>",
                                                      "<|eot_id|>",
                                                      "<|endoftext|",
                                                      "[inst]",
                                                      "[/inst]",
                                                      "<<sys>>",
                                                      "<</sys>>",
                                                      "<start_of_turn>",
                                                      "<|start_header_id|>",
                                                      "### instruction",
                                                      "### system",
                                                      "<tool_call>"};

bool IsAlternative(std::string_view alternatives, std::string_view word) {
    while (true) {
        const size_t bar = alternatives.find('|');
        if (alternatives.substr(0, bar) == word) return true;
        if (bar == std::string_view::npos) return false;
        alternatives.remove_prefix(bar + 1);
    }
}

// The word behind a match of `pattern` that begins at words[at]; 0 where there is none. Gaps are
// taken as short as possible, with the few that are allowed tried in turn.
size_t MatchAt(const std::vector<Word>& words, size_t at, std::string_view pattern) {
    while (!pattern.empty()) {
        const size_t space = pattern.find(' ');
        const std::string_view element = pattern.substr(0, space);
        const std::string_view rest =
            space == std::string_view::npos ? std::string_view() : pattern.substr(space + 1);
        if (element == "*") {
            for (size_t gap = 0; gap <= kMaxGap && at + gap < words.size(); ++gap) {
                if (const size_t end = MatchAt(words, at + gap, rest)) return end;
            }
            return 0;
        }
        if (at >= words.size() || !IsAlternative(element, words[at].text)) return 0;
        ++at;
        pattern = rest;
    }
    return at;
}

void FindMarkup(std::string_view text, std::vector<InjectionMatch>& found) {
    std::string lower(text);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    for (const std::string_view markup : kMarkup) {
        for (size_t at = 0; (at = lower.find(markup, at)) != std::string::npos;) {
            found.push_back({"markup", at, at + markup.size()});
            at += markup.size();
        }
    }
}

bool EndsSentence(std::string_view text, size_t at) {
    if (text[at] == '\n') return true;
    const bool stop = text[at] == '.' || text[at] == '!' || text[at] == '?';
    return stop && (at + 1 == text.size() || text[at + 1] == ' ' || text[at + 1] == '\n');
}

}  // namespace

std::vector<InjectionMatch> FindInjections(std::string_view text) {
    std::vector<InjectionMatch> found;
    const std::vector<Word> words = SplitWords(text);
    for (size_t at = 0; at < words.size(); ++at) {
        for (const Pattern& pattern : kPatterns) {
            const size_t end = MatchAt(words, at, pattern.words);
            if (end > 0) found.push_back({pattern.name, words[at].begin, words[end - 1].end});
        }
    }
    FindMarkup(text, found);
    std::ranges::sort(found, {}, [](const auto& m) { return std::tuple(m.begin, m.end, m.name); });
    return found;
}

std::string WithoutInvisible(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size();) {
        const auto byte = [&](size_t k) {
            return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U;
        };
        // U+200B..200F, U+202A..202E, U+2060..2064, U+FEFF, U+00AD.
        const bool general =
            byte(0) == 0xE2 && ((byte(1) == 0x80 && ((byte(2) >= 0x8B && byte(2) <= 0x8F) ||
                                                     (byte(2) >= 0xAA && byte(2) <= 0xAE))) ||
                                (byte(1) == 0x81 && byte(2) >= 0xA0 && byte(2) <= 0xA4));
        const bool mark = byte(0) == 0xEF && byte(1) == 0xBB && byte(2) == 0xBF;
        if (general || mark) {
            i += 3;
        } else if (byte(0) == 0xC2 && byte(1) == 0xAD) {
            i += 2;
        } else {
            out += text[i++];
        }
    }
    return out;
}

std::string MaskInjections(std::string_view text, const std::vector<InjectionMatch>& matches) {
    std::string out;
    size_t from = 0;
    for (const InjectionMatch& match : matches) {
        if (match.end <= from) continue;  // in a sentence that is gone already
        size_t begin = std::max(match.begin, from);
        while (begin > from && !EndsSentence(text, begin - 1)) --begin;
        while (begin < match.begin && text[begin] == ' ') ++begin;
        size_t end = match.end;
        while (end < text.size() && !EndsSentence(text, end)) ++end;
        if (end < text.size() && text[end] != '\n') ++end;
        out.append(text, from, begin - from);
        out += "[removed]";
        from = end;
    }
    out.append(text.substr(from));
    return out;
}

}  // namespace argosy::assistant
