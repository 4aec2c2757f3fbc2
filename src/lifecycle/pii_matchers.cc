#include "lifecycle/pii_matchers.h"

#include <string>
#include <vector>

namespace argosy::lifecycle::internal {

namespace {

char CharAt(std::string_view text, size_t at) { return at < text.size() ? text[at] : '\0'; }
bool EndsHere(std::string_view text, size_t at) { return !IsWord(CharAt(text, at)); }

// Digits from `at` on, each separated from the next by nothing or one of `separators`. The ends are
// the offsets after each digit.
struct DigitRun {
    std::string digits;
    std::vector<size_t> ends;
};

DigitRun ReadDigits(std::string_view text, size_t at, std::string_view separators, size_t most) {
    DigitRun run;
    while (run.digits.size() < most && IsDigit(CharAt(text, at))) {
        run.digits += text[at++];
        run.ends.push_back(at);
        const bool separated = at + 1 < text.size() && separators.contains(text[at]);
        if (separated && IsDigit(text[at + 1])) ++at;
    }
    return run;
}

bool Luhn(std::string_view digits) {
    int sum = 0;
    for (size_t i = 0; i < digits.size(); ++i) {
        int digit = digits[digits.size() - 1 - i] - '0';
        if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

// ISO 7064: letters count as 10 to 35, the first four characters as if they stood last.
bool Mod97(std::string_view iban) {
    int remainder = 0;
    for (size_t i = 0; i < iban.size(); ++i) {
        const char c = iban[(i + 4) % iban.size()];
        const int value = IsDigit(c) ? c - '0' : c - 'A' + 10;
        remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
    }
    return remainder == 1;
}

// Exactly `count` digits at `at`.
bool Group(std::string_view text, size_t at, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        if (!IsDigit(CharAt(text, at + i))) return false;
    }
    return true;
}

// "(555) 123-4567", "555-123-4567", "555.123.4567", "555 123 4567".
size_t MatchAmericanPhone(std::string_view text, size_t at) {
    const bool bracketed = CharAt(text, at) == '(';
    size_t i = at + (bracketed ? 1 : 0);
    if (!Group(text, i, 3) || CharAt(text, i) < '2') return 0;
    i += 3;
    if (bracketed && CharAt(text, i++) != ')') return 0;
    const char separator = CharAt(text, i);
    if (std::string_view(" -.").contains(separator)) {
        ++i;
    } else if (!bracketed) {
        return 0;
    }
    if (!Group(text, i, 3) || !std::string_view(" -.").contains(CharAt(text, i + 3))) return 0;
    return Group(text, i + 4, 4) && EndsHere(text, i + 8) ? i + 8 - at : 0;
}

}  // namespace

size_t MatchEmail(std::string_view text, size_t at) {
    size_t i = at;
    const auto local = [](char c) { return IsWord(c) || std::string_view("._%+-").contains(c); };
    while (i < text.size() && local(text[i])) ++i;
    if (i == at || CharAt(text, i) != '@') return 0;
    size_t end = 0;
    size_t label = ++i;
    bool letters = true;
    int labels = 0;
    for (;; ++i) {
        const char c = CharAt(text, i);
        if (IsWord(c) || c == '-') {
            letters = letters && IsLetter(c);
            continue;
        }
        if (i == label) break;
        if (++labels > 1 && letters && i - label >= 2) end = i;
        if (c != '.') break;
        label = i + 1;
        letters = true;
    }
    return end == 0 ? 0 : end - at;
}

size_t MatchIban(std::string_view text, size_t at) {
    if (!IsUpper(CharAt(text, at)) || !IsUpper(CharAt(text, at + 1)) || !Group(text, at + 2, 2)) {
        return 0;
    }
    std::string iban;
    size_t length = 0;
    for (size_t i = at; iban.size() < 34; ++i) {
        const char c = CharAt(text, i);
        if (c == ' ' && iban.size() % 4 == 0 && !iban.empty()) continue;
        if (!IsDigit(c) && !IsUpper(c)) break;
        iban += c;
        if (iban.size() >= 15 && EndsHere(text, i + 1) && Mod97(iban)) length = i + 1 - at;
    }
    return length;
}

size_t MatchCard(std::string_view text, size_t at) {
    const char first = CharAt(text, at);
    if (first < '2' || first > '6') return 0;
    const DigitRun run = ReadDigits(text, at, " -", 19);
    for (size_t count = run.digits.size(); count >= 13; --count) {
        const size_t end = run.ends[count - 1];
        const std::string_view digits = std::string_view(run.digits).substr(0, count);
        const bool varied = digits.find_first_not_of(first) != std::string_view::npos;
        if (EndsHere(text, end) && varied && Luhn(digits)) return end - at;
    }
    return 0;
}

size_t MatchSsn(std::string_view text, size_t at) {
    if (!Group(text, at, 3) || CharAt(text, at + 3) != '-' || !Group(text, at + 4, 2) ||
        CharAt(text, at + 6) != '-' || !Group(text, at + 7, 4) || !EndsHere(text, at + 11)) {
        return 0;
    }
    const std::string_view area = text.substr(at, 3);
    if (area == "000" || area == "666" || area[0] == '9') return 0;
    return text.substr(at + 4, 2) == "00" || text.substr(at + 7, 4) == "0000" ? 0 : 11;
}

size_t MatchIpv4(std::string_view text, size_t at) {
    size_t i = at;
    for (int octet = 0; octet < 4; ++octet) {
        if (octet > 0 && CharAt(text, i++) != '.') return 0;
        const size_t start = i;
        int value = 0;
        while (i - start < 3 && IsDigit(CharAt(text, i))) value = value * 10 + (text[i++] - '0');
        if (i == start || value > 255 || (i - start > 1 && text[start] == '0')) return 0;
    }
    const bool goes_on = CharAt(text, i) == '.' && IsDigit(CharAt(text, i + 1));
    const std::string_view address = text.substr(at, i - at);
    // Nobody's address.
    if (address.starts_with("127.") || address == "0.0.0.0") return 0;
    return goes_on || !EndsHere(text, i) ? 0 : i - at;
}

size_t MatchPhone(std::string_view text, size_t at) {
    if (const size_t length = MatchAmericanPhone(text, at)) return length;
    const bool international = CharAt(text, at) == '+';
    if (!international && CharAt(text, at) != '0') return 0;
    const size_t start = at + (international ? 1 : 0);
    const DigitRun run = ReadDigits(text, start, international ? " -.()/" : " -/", 15);
    if (run.digits.empty()) return 0;
    const size_t end = run.ends.back();
    // National numbers are told from codes by being written in groups.
    const bool grouped = end - start > run.digits.size();
    const size_t least = international ? 8 : 9;
    if (run.digits.size() < least || (!international && (!grouped || run.digits.size() > 12))) {
        return 0;
    }
    return EndsHere(text, end) ? end - at : 0;
}

}  // namespace argosy::lifecycle::internal
