#include "assistant/chain/prompt.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "lifecycle/shop/product.h"

namespace argosy::assistant {

namespace {

using lifecycle::shop::Product;

std::string ValueText(const json::value& value) {
    if (value.is_string()) return std::string(value.as_string());
    if (value.is_null()) return {};
    return json::serialize(value);
}

std::string FieldText(const Passage& passage, std::string_view name) {
    if (const json::value* value = passage.metadata.if_contains(name)) return ValueText(*value);
    if (name == "title") return passage.title;
    if (name == "text") return passage.text;
    if (name == "id") return passage.id;
    if (name == "source") return passage.source;
    return {};
}

std::optional<int> WholeNumber(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || std::abs(number) > 1e9) {
        return std::nullopt;
    }
    return static_cast<int>(std::lround(number));
}

// A text that is no number stays as it is.
std::string Formatted(const std::string& text, std::string_view format) {
    const auto number = WholeNumber(text);
    if (format.empty() || !number) return text;
    if (format == "dollars") return lifecycle::shop::PriceText(*number);
    if (format == "grams") return lifecycle::shop::WeightText(*number);
    if (format == "tenths") return fmt::format("{}.{}", *number / 10, *number % 10);
    if (format == "stock") {
        Product product;
        product.stock = *number;
        return lifecycle::shop::StockText(product);
    }
    return text;
}

/// A passage and the number it has in the prompt.
struct Numbered {
    const Passage& passage;
    size_t number;
};

// What stands in braces, "audience" or "price_cents:dollars".
std::string Inside(std::string_view inside, const Numbered& one) {
    if (inside == "n") return std::to_string(one.number);
    const size_t colon = inside.find(':');
    const std::string_view format =
        colon == std::string_view::npos ? std::string_view() : inside.substr(colon + 1);
    return Formatted(FieldText(one.passage, inside.substr(0, colon)), format);
}

// "for {audience}" with the field's value in its place; empty where a field has none.
std::string Piece(std::string_view pattern, const Numbered& one) {
    std::string out;
    while (true) {
        const size_t open = pattern.find('{');
        const size_t close = open == std::string_view::npos ? open : pattern.find('}', open);
        if (close == std::string_view::npos) return out.append(pattern);
        const std::string value = Inside(pattern.substr(open + 1, close - open - 1), one);
        if (value.empty()) return {};
        out.append(pattern.substr(0, open)).append(value);
        pattern.remove_prefix(close + 1);
    }
}

std::string Line(std::string_view pieces, const Numbered& one) {
    constexpr std::string_view kBetween = " | ";
    std::string out;
    while (true) {
        const size_t end = pieces.find(kBetween);
        const std::string piece = Piece(pieces.substr(0, end), one);
        if (!piece.empty()) out.append(out.empty() ? "" : kBetween).append(piece);
        if (end == std::string_view::npos) return out;
        pieces.remove_prefix(end + kBetween.size());
    }
}

std::string OneLine(std::string text, size_t max_bytes) {
    for (char& c : text) {
        if (c == '\n' || c == '\r' || c == '\t') c = ' ';
    }
    if (text.size() <= max_bytes) return text;
    text.resize(CompleteUtf8(std::string_view(text).substr(0, max_bytes)));
    return text + "...";
}

}  // namespace

std::string PassageLine(const Passage& passage, size_t number, const PromptOptions& options) {
    const bool own_number = options.line.find("{n}") != std::string::npos;
    const std::string before = own_number ? "" : fmt::format("[{}] ", number);
    if (options.line.empty()) {
        const std::string title = passage.title.empty() ? "" : passage.title + ": ";
        return before + OneLine(title + passage.text, options.max_passage_bytes);
    }
    return before + OneLine(Line(options.line, {passage, number}), options.max_passage_bytes);
}

std::string QuestionText(const std::string& question, const std::vector<Passage>& passages,
                         const std::vector<std::string>& missing, const PromptOptions& options,
                         size_t& used) {
    std::string lines;
    used = 0;
    for (const Passage& passage : passages) {
        const std::string line = "\n" + PassageLine(passage, used + 1, options);
        if (lines.size() + line.size() > options.max_context_bytes) break;
        lines += line;
        ++used;
    }
    if (used == 0) return question;
    std::string asked = "Question: " + question;
    if (!missing.empty()) asked += fmt::format("\nNot found: {}", fmt::join(missing, ", "));
    if (options.question_first) return asked + "\n\n" + options.heading + lines;
    return options.heading + lines + "\n\n" + asked;
}

std::vector<Message> BuildPrompt(const PromptOptions& options, const History& history,
                                 const std::string& question_text) {
    std::string system = options.system;
    if (!history.summary.empty()) system += "\nThe conversation so far: " + history.summary;
    std::vector<Message> messages;
    if (!system.empty()) messages.push_back({"system", std::move(system)});
    for (const StoredMessage& message : history.recent) {
        messages.push_back({message.role, message.content});
    }
    messages.push_back({"user", question_text});
    return messages;
}

}  // namespace argosy::assistant
