#include "assistant/guard/output_guard.h"

#include <algorithm>

#include "base/text.h"
#include "lifecycle/pii.h"

namespace argosy::assistant {

namespace {

// No value is longer; what goes on beyond is let go.
constexpr size_t kMaxNumber = 128;
constexpr size_t kMaxEmail = 320;
constexpr size_t kMaxLine = 4096;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsInEmail(char c) {
    return IsDigit(c) || IsUpper(c) || (c >= 'a' && c <= 'z') ||
           std::string_view("._%+-@").contains(c);
}
bool IsInNumber(char c) {
    return IsDigit(c) || IsUpper(c) || std::string_view(" -./()+").contains(c);
}

// Whether a number or an IBAN may begin with what stands at `at`.
bool MayBegin(std::string_view text, size_t at) {
    const char c = text[at];
    if (IsDigit(c) || c == '+' || c == '(') return true;
    const auto fits = [&](size_t k, bool (*test)(char)) {
        return at + k >= text.size() || test(text[at + k]);
    };
    return IsUpper(c) && fits(1, IsUpper) && fits(2, IsDigit) && fits(3, IsDigit);
}

}  // namespace

size_t internal::PiiSafePrefix(std::string_view text) {
    size_t email = text.size();
    while (email > 0 && text.size() - email < kMaxEmail && IsInEmail(text[email - 1])) --email;
    size_t run = text.size();
    while (run > 0 && text.size() - run < kMaxNumber && IsInNumber(text[run - 1])) --run;
    while (run < text.size() && !MayBegin(text, run)) ++run;
    return std::min(email, run);
}

std::string OutputGuard::Push(std::string_view text) {
    if (ended_) return {};
    if (options_.output_pii == GuardAction::kOff) return Limit(std::string(text));
    line_ += text;
    std::string out = Release(internal::PiiSafePrefix(line_));
    if (done_ > kMaxLine) {
        // Values never go over a line's end, so that what comes before it decides nothing.
        const size_t end = line_.rfind('\n', done_ - 1);
        if (end != std::string::npos) {
            line_.erase(0, end + 1);
            done_ -= end + 1;
        }
    }
    return Limit(std::move(out));
}

std::string OutputGuard::Finish() {
    if (ended_ || options_.output_pii == GuardAction::kOff) return {};
    return Limit(Release(line_.size()));
}

std::string OutputGuard::Release(size_t safe) {
    std::string out;
    size_t from = done_;
    const auto found = lifecycle::FindPii(line_);
    for (const auto& match : found) {
        if (match.offset < safe && match.offset + match.length > safe) safe = match.offset;
    }
    safe = std::max(safe, done_);
    for (const auto& match : found) {
        if (match.offset < from || match.offset + match.length > safe) continue;
        const GuardAction action = options_.output_pii;
        findings_.push_back({"pii", "output", lifecycle::ToString(match.kind), action});
        if (action == GuardAction::kFlag) continue;
        out.append(line_, from, match.offset - from);
        from = match.offset + match.length;
        if (action == GuardAction::kRefuse) {
            ended_ = refused_ = true;
            return out;
        }
        out += lifecycle::PiiMask(match.kind);
    }
    out.append(line_, from, safe - from);
    done_ = safe;
    return out;
}

std::string OutputGuard::Limit(std::string text) {
    const size_t room = options_.max_output_bytes - out_bytes_;
    if (options_.output_length == GuardAction::kOff || text.size() <= room) {
        out_bytes_ += text.size();
        return text;
    }
    const GuardAction action = options_.output_length;
    const Finding finding{"length", "output", "too_long", action};
    if (std::ranges::find(findings_, finding) == findings_.end()) findings_.push_back(finding);
    if (action == GuardAction::kFlag) return text;
    ended_ = true;
    refused_ = action == GuardAction::kRefuse;
    text.resize(CompleteUtf8(std::string_view(text).substr(0, room)));
    return text;
}

}  // namespace argosy::assistant
