#include "model/tool_call_parser.h"

#include <algorithm>
#include <utility>

#include "base/json.h"

namespace argosy {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kThink = "<think>";
constexpr std::string_view kEndThink = "</think>";
constexpr std::string_view kHermes = "<tool_call>";
constexpr std::string_view kEndHermes = "</tool_call>";
constexpr std::string_view kPython = "<|python_tag|>";
constexpr std::string_view kMistral = "[TOOL_CALLS]";
constexpr std::string_view kArgs = "[ARGS]";
constexpr std::string_view kCallId = "[CALL_ID]";
constexpr std::string_view kFence = "```json";

size_t FrontSpace(std::string_view text) {
    return std::min(text.find_first_not_of(kSpace), text.size());
}

// How much of the end of `text` could be the beginning of `marker`.
size_t PartialTail(std::string_view text, std::string_view marker) {
    for (size_t n = std::min(text.size(), marker.size() - 1); n > 0; --n) {
        if (text.ends_with(marker.substr(0, n))) return n;
    }
    return 0;
}

// Whether `text` is a proper beginning of `marker`.
bool IsPrefix(std::string_view text, std::string_view marker) {
    return text.size() < marker.size() && marker.starts_with(text);
}

bool IsNameByte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

}  // namespace

std::string_view ToString(ToolCallStyle style) {
    switch (style) {
        case ToolCallStyle::kHermes:
            return "hermes";
        case ToolCallStyle::kLlama3:
            return "llama3";
        case ToolCallStyle::kMistral:
            return "mistral";
        case ToolCallStyle::kGeneric:
            break;
    }
    return "generic";
}

ToolCallParser::ToolCallParser(ToolCallParserOptions options) : options_(std::move(options)) {
    if (options_.in_reasoning) {
        mode_ = Mode::kReasoning;
        skip_space_ = true;
    }
}

std::vector<ChatEvent> ToolCallParser::Push(std::string_view text) {
    buffer_ += text;
    while (Step(false)) {
    }
    return std::exchange(events_, {});
}

std::vector<ChatEvent> ToolCallParser::Finish() {
    while (Step(true)) {
    }
    return std::exchange(events_, {});
}

bool ToolCallParser::Step(bool final) {
    switch (mode_) {
        case Mode::kReasoning:
            return StepReasoning(final);
        case Mode::kContent:
            return StepContent(final);
        case Mode::kCallHead:
            return StepCallHead(final);
        case Mode::kCallBody:
            return StepCallBody(final);
        case Mode::kAfterCall:
            return StepAfterCall(final);
    }
    return false;
}

// Text of an answer or of reasoning. Whitespace at its end waits: it goes where a marker follows.
void ToolCallParser::EmitText(ChatEvent::Kind kind, std::string_view text) {
    if (skip_space_) {
        text.remove_prefix(FrontSpace(text));
        if (text.empty()) return;
        skip_space_ = false;
    }
    const size_t last = text.find_last_not_of(kSpace);
    if (last == std::string_view::npos) {
        spaces_ += text;
        return;
    }
    std::string out = std::exchange(spaces_, std::string(text.substr(last + 1)));
    out += text.substr(0, last + 1);
    if (kind == ChatEvent::Kind::kContent) at_start_ = false;
    if (!events_.empty() && events_.back().kind == kind) {
        events_.back().text += out;
    } else {
        events_.push_back({kind, std::move(out), 0, {}});
    }
}

bool ToolCallParser::StepReasoning(bool final) {
    const size_t end = buffer_.find(kEndThink);
    if (end != std::string::npos) {
        EmitText(ChatEvent::Kind::kReasoning, std::string_view(buffer_).substr(0, end));
        buffer_.erase(0, end + kEndThink.size());
        spaces_.clear();
        mode_ = Mode::kContent;
        skip_space_ = true;
        return true;
    }
    const size_t held = final ? 0 : PartialTail(buffer_, kEndThink);
    const size_t ready = buffer_.size() - held;
    EmitText(ChatEvent::Kind::kReasoning, std::string_view(buffer_).substr(0, ready));
    buffer_.erase(0, ready);
    if (final) spaces_.clear();
    return false;
}

std::vector<ToolCallParser::Marker> ToolCallParser::Markers() const {
    std::vector<Marker> markers;
    if (options_.reasoning && calls_ == 0) markers.push_back({kThink, true});
    if (!options_.tools) return markers;
    switch (options_.style) {
        case ToolCallStyle::kGeneric:
            markers.push_back({kFence, true});
            markers.push_back({kHermes, false});
            break;
        case ToolCallStyle::kHermes:
            markers.push_back({kHermes, false});
            break;
        case ToolCallStyle::kLlama3:
            markers.push_back({kPython, false});
            break;
        case ToolCallStyle::kMistral:
            markers.push_back({kMistral, false});
            break;
    }
    return markers;
}

// A call without a marker: an object at the very start of the answer.
bool ToolCallParser::OpenBareCall() {
    const bool bare =
        options_.tools && at_start_ &&
        (options_.style == ToolCallStyle::kLlama3 || options_.style == ToolCallStyle::kGeneric);
    const size_t front = FrontSpace(buffer_);
    if (!bare || front == buffer_.size() || buffer_[front] != '{') return false;
    EmitText(ChatEvent::Kind::kContent, std::string_view(buffer_).substr(0, front));
    buffer_.erase(0, front);
    OpenCall(0);
    return true;
}

void ToolCallParser::OpenCall(size_t marker_size) {
    marker_ = buffer_.substr(0, marker_size);
    buffer_.erase(0, marker_size);
    name_.clear();
    body_ = 0;
    mode_ = Mode::kCallHead;
}

bool ToolCallParser::StepContent(bool final) {
    if (buffer_.empty()) {
        if (final && !spaces_.empty()) {
            events_.push_back({ChatEvent::Kind::kContent, std::exchange(spaces_, {}), 0, {}});
        }
        return false;
    }
    if (OpenBareCall()) return true;
    const size_t front = FrontSpace(buffer_);
    const std::string_view begin = std::string_view(buffer_).substr(front);
    size_t held = 0, first = std::string::npos, first_size = 0;
    for (const Marker& marker : Markers()) {
        if (marker.only_at_start) {
            if (!at_start_) continue;
            if (begin.starts_with(marker.text) && front < first) {
                first = front;
                first_size = marker.text.size();
            }
            if (IsPrefix(begin, marker.text)) held = buffer_.size();
            continue;
        }
        const size_t at = buffer_.find(marker.text);
        if (at < first) {
            first = at;
            first_size = marker.text.size();
        }
        held = std::max(held, PartialTail(buffer_, marker.text));
    }
    if (first == std::string::npos) {
        const size_t ready = buffer_.size() - (final ? 0 : held);
        EmitText(ChatEvent::Kind::kContent, std::string_view(buffer_).substr(0, ready));
        buffer_.erase(0, ready);
        return final && ready > 0;
    }
    EmitText(ChatEvent::Kind::kContent, std::string_view(buffer_).substr(0, first));
    buffer_.erase(0, first);
    if (std::string_view(buffer_).starts_with(kThink) && first_size == kThink.size()) {
        buffer_.erase(0, first_size);
        spaces_.clear();
        mode_ = Mode::kReasoning;
        skip_space_ = true;
    } else {
        OpenCall(first_size);
    }
    return true;
}

// What is no call after all: marker and text as far as `used` are part of the answer.
void ToolCallParser::GiveUpCall(size_t used) {
    const std::string text = marker_ + buffer_.substr(0, used);
    buffer_.erase(0, used);
    mode_ = Mode::kContent;
    // At least one character goes, even of an empty marker, so that the same is not tried again.
    EmitText(ChatEvent::Kind::kContent, text);
    at_start_ = false;
}

// From the marker to the JSON: whitespace, and in Mistral's newer form the name.
bool ToolCallParser::StepCallHead(bool final) {
    size_t at = FrontSpace(buffer_);
    if (at == buffer_.size()) {
        if (final) GiveUpCall(buffer_.size());
        return final;
    }
    if (buffer_[at] != '{' && buffer_[at] != '[' && marker_ == kMistral) {
        size_t end = at;
        while (end < buffer_.size() && IsNameByte(buffer_[end])) ++end;
        name_ = buffer_.substr(at, end - at);
        std::string_view rest = std::string_view(buffer_).substr(end);
        if (rest.starts_with(kCallId)) {
            size_t id = kCallId.size();
            while (id < rest.size() && IsNameByte(rest[id])) ++id;
            rest.remove_prefix(id);
        }
        if (rest.starts_with(kArgs)) rest.remove_prefix(kArgs.size());
        rest.remove_prefix(FrontSpace(rest));
        at = buffer_.size() - rest.size();
        const bool open = rest.empty() || IsPrefix(rest, kArgs) || IsPrefix(rest, kCallId);
        if (open && !name_.empty()) {
            if (final) GiveUpCall(buffer_.size());
            return final;
        }
        if (name_.empty() || buffer_[at] != '{') {
            GiveUpCall(0);
            return true;
        }
    }
    if (buffer_[at] != '{' && buffer_[at] != '[') {
        GiveUpCall(0);
        return true;
    }
    body_ = at;
    scanner_ = JsonScanner();
    mode_ = Mode::kCallBody;
    return true;
}

bool ToolCallParser::StepCallBody(bool final) {
    const auto state = scanner_.Scan(std::string_view(buffer_).substr(body_));
    const size_t end = body_ + scanner_.end();
    if (state == JsonScanner::State::kInside) {
        if (final) GiveUpCall(buffer_.size());
        return final;
    }
    if (state == JsonScanner::State::kBad ||
        !TakeCalls(std::string_view(buffer_).substr(body_, scanner_.end()))) {
        // The last byte read may begin a marker of its own; the first one is always used up.
        GiveUpCall(state == JsonScanner::State::kBad ? std::max<size_t>(end - 1, body_ + 1) : end);
        return true;
    }
    buffer_.erase(0, end);
    mode_ = Mode::kAfterCall;
    return true;
}

// Behind a call: whitespace, its end marker, the separator of llama 3.
bool ToolCallParser::StepAfterCall(bool final) {
    buffer_.erase(0, FrontSpace(buffer_));
    const std::string_view closer = marker_ == kHermes  ? kEndHermes
                                    : marker_ == kFence ? std::string_view("```")
                                    : options_.style == ToolCallStyle::kLlama3
                                        ? std::string_view(";")
                                        : std::string_view();
    if (!final && (buffer_.empty() || IsPrefix(buffer_, closer))) return false;
    const bool closed = !closer.empty() && std::string_view(buffer_).starts_with(closer);
    if (closed) buffer_.erase(0, closer.size());
    mode_ = Mode::kContent;
    skip_space_ = true;
    spaces_.clear();
    at_start_ = true;  // another call without a marker may follow
    return true;
}

bool ToolCallParser::KnownTool(std::string_view name) const {
    return std::find(options_.tool_names.begin(), options_.tool_names.end(), name) !=
           options_.tool_names.end();
}

// Name and arguments of one call's object.
std::optional<std::pair<std::string, std::string>> ToolCallParser::ReadCall(
    std::string_view body) const {
    const auto members = RawMembers(body);
    if (!members) return std::nullopt;
    std::string name, arguments = "{}";
    for (const auto& [key, value] : *members) {
        if (key == "function" && value.starts_with('{')) return ReadCall(value);
        const auto parsed = ParseJson(value);
        if (key == "name" && parsed && parsed->is_string()) name = parsed->as_string();
        if (key != "arguments" && key != "parameters") continue;
        if (parsed && parsed->is_object()) {
            arguments = value;
        } else if (parsed && parsed->is_string()) {  // JSON within a string
            const std::string inner(parsed->as_string());
            const auto object = ParseJson(inner);
            if (!object || !object->is_object()) return std::nullopt;
            arguments = inner;
        } else if (parsed && !parsed->is_null()) {
            return std::nullopt;
        }
    }
    const bool unmarked = marker_.empty() || marker_ == kFence;
    if (name.empty() || (unmarked && !KnownTool(name))) return std::nullopt;
    return std::pair(std::move(name), std::move(arguments));
}

// The calls of a complete object or array; false where it holds none or anything else.
bool ToolCallParser::TakeCalls(std::string_view body) {
    if (!name_.empty()) {
        if (!RawMembers(body)) return false;
        EmitCall(name_, std::string(body));
        return true;
    }
    std::vector<std::string> objects{std::string(body)};
    if (body.starts_with('[')) {
        const auto elements = RawElements(body);
        if (!elements || elements->empty()) return false;
        objects = *elements;
    }
    std::vector<std::pair<std::string, std::string>> calls;
    for (const std::string& object : objects) {
        auto call = ReadCall(object);
        if (!call) return false;
        calls.push_back(std::move(*call));
    }
    for (auto& [name, arguments] : calls) EmitCall(std::move(name), std::move(arguments));
    return true;
}

void ToolCallParser::EmitCall(std::string name, std::string arguments) {
    spaces_.clear();
    events_.push_back({ChatEvent::Kind::kToolCallBegin, {}, calls_, std::move(name)});
    events_.push_back({ChatEvent::Kind::kToolArguments, std::move(arguments), calls_, {}});
    events_.push_back({ChatEvent::Kind::kToolCallEnd, {}, calls_, {}});
    ++calls_;
}

}  // namespace argosy
