#include "lifecycle/pii.h"

#include "lifecycle/pii_matchers.h"

namespace argosy::lifecycle {

namespace {

using namespace internal;

struct Form {
    PiiKind kind;
    size_t (*match)(std::string_view text, size_t at);
};

// Stricter forms first.
constexpr Form kForms[] = {{PiiKind::kIban, MatchIban},
                           {PiiKind::kCard, MatchCard},
                           {PiiKind::kSsn, MatchSsn},
                           {PiiKind::kIpv4, MatchIpv4},
                           {PiiKind::kPhone, MatchPhone}};

// Whether a value other than an e-mail address can begin here: not within a word or number.
bool CanBegin(std::string_view text, size_t at) {
    const char c = text[at];
    if (!IsDigit(c) && !IsUpper(c) && c != '+' && c != '(') return false;
    if (at == 0) return true;
    const char before = text[at - 1];
    if (IsWord(before)) return false;
    const bool joined = before == '.' || before == '-' || before == '/';
    return !(joined && at >= 2 && IsDigit(text[at - 2]) && IsDigit(c));
}

bool IsLocalPart(char c) { return IsWord(c) || std::string_view("._%+-").contains(c); }

PiiMatch MatchAt(std::string_view text, size_t at) {
    if (IsLocalPart(text[at]) && (at == 0 || !IsLocalPart(text[at - 1]))) {
        if (const size_t length = MatchEmail(text, at)) return {PiiKind::kEmail, at, length};
    }
    if (!CanBegin(text, at)) return {PiiKind::kEmail, at, 0};
    for (const Form& form : kForms) {
        if (const size_t length = form.match(text, at)) return {form.kind, at, length};
    }
    return {PiiKind::kEmail, at, 0};
}

}  // namespace

const char* ToString(PiiKind kind) {
    switch (kind) {
        case PiiKind::kEmail:
            return "email";
        case PiiKind::kIban:
            return "iban";
        case PiiKind::kCard:
            return "card";
        case PiiKind::kSsn:
            return "ssn";
        case PiiKind::kIpv4:
            return "ipv4";
        case PiiKind::kPhone:
            return "phone";
    }
    return "unknown";
}

const char* PiiMask(PiiKind kind) {
    switch (kind) {
        case PiiKind::kEmail:
            return "[EMAIL]";
        case PiiKind::kIban:
            return "[IBAN]";
        case PiiKind::kCard:
            return "[CARD]";
        case PiiKind::kSsn:
            return "[SSN]";
        case PiiKind::kIpv4:
            return "[IP]";
        case PiiKind::kPhone:
            return "[PHONE]";
    }
    return "[PII]";
}

std::vector<PiiMatch> FindPii(std::string_view text) {
    std::vector<PiiMatch> found;
    for (size_t at = 0; at < text.size();) {
        const PiiMatch match = MatchAt(text, at);
        if (match.length > 0) found.push_back(match);
        at += match.length > 0 ? match.length : 1;
    }
    return found;
}

std::string MaskPii(std::string_view text) {
    std::string current(text);
    // What stood next to a masked value may begin a value of its own now; each round takes
    // characters away that a value needs, so this ends.
    for (auto found = FindPii(current); !found.empty(); found = FindPii(current)) {
        std::string next;
        size_t from = 0;
        for (const PiiMatch& match : found) {
            next.append(current, from, match.offset - from);
            next += PiiMask(match.kind);
            from = match.offset + match.length;
        }
        next.append(current, from);
        current = std::move(next);
    }
    return current;
}

}  // namespace argosy::lifecycle
