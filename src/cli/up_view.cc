#include "cli/up_view.h"

#include <algorithm>
#include <chrono>
#include <iostream>

#include "local/kind_name.h"

namespace argosy::cli {

namespace {

constexpr const char* kGreen = "32";
constexpr const char* kYellow = "33";
constexpr const char* kDim = "2";
constexpr size_t kLongestLine = 110;  // of those that are written over

int64_t Now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::string Took(int64_t from) {
    return fmt::format("{:.1f} s", static_cast<double>(Now() - from) / 1000);
}

// A text of JSON within the single quotes of a shell.
std::string ShellJson(const json::value& value) {
    std::string out;
    for (const char c : json::serialize(value)) out += c == '\'' ? "'\\''" : std::string(1, c);
    return "'" + out + "'";
}

}  // namespace

std::string UpView::Paint(const char* code, const std::string& text) const {
    return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

void UpView::Line(const std::string& text) {
    if (transient_) std::cout << "\r\x1b[K";
    transient_ = false;
    std::cout << text << "\n" << std::flush;
}

void UpView::Say(const json::object& event) { std::cout << json::serialize(event) << std::endl; }

void UpView::Begin(const std::string& file, const std::string& origin, const std::string& state,
                   const resources::Application& application) {
    const std::scoped_lock lock(mutex_);
    application_ = application;
    began_ = Now();
    ForEachResource(application, [&](const auto& resource) {
        const resources::ResourceId id{KindOf(resource), resource.metadata.name};
        width_ = std::max(width_, local::ShortName(id).size());
    });
    if (json_) return;
    Line(fmt::format("Starting {}{}", file, origin.empty() ? "" : " (the example " + origin + ")"));
    Line(fmt::format("State in {}\n", state));
}

void UpView::OnListening(const std::string& url) {
    const std::scoped_lock lock(mutex_);
    url_ = url;
}

void UpView::OnStatus(const local::ResourceStatus& status, bool progress) {
    const std::scoped_lock lock(mutex_);
    if (json_) {
        json::object event = status.ToJson(false);
        event["event"] = progress ? "progress" : "status";
        return Say(event);
    }
    if (status.state == local::State::kProgressing) {
        if (status.reason == "Starting" && !progress) starts_[status.id] = Now();
        if (!color_ || status.reason == "Waiting") return;
        const std::string text =
            fmt::format("  {:<{}}  {}", local::ShortName(status.id), width_, status.message);
        if (transient_) std::cout << "\r\x1b[K";
        std::cout << Paint(kDim, text.substr(0, kLongestLine)) << std::flush;
        transient_ = true;
        return;
    }
    const bool ready = status.state == local::State::kReady;
    const auto start = starts_.find(status.id);
    const std::string took = start == starts_.end() ? "" : " in " + Took(start->second);
    starts_.erase(status.id);
    Line(fmt::format("  {:<{}}  {}{}  {}", local::ShortName(status.id), width_,
                     Paint(ready ? kGreen : kYellow, ready ? "ready" : "degraded"),
                     ready ? took : "", status.message));
}

void UpView::OnSettled(const std::vector<local::ResourceStatus>& all) {
    const std::scoped_lock lock(mutex_);
    const auto degraded = std::ranges::count_if(all, [](const local::ResourceStatus& status) {
        return status.state == local::State::kDegraded;
    });
    if (json_) {
        return Say({{"event", "settled"},
                    {"url", url_},
                    {"resources", all.size()},
                    {"degraded", degraded}});
    }
    if (!told_) {
        Line(fmt::format("\n{} after {}.", degraded == 0 ? "Ready" : "Up, but not all is ready,",
                         Took(began_)));
        TellAddresses();
    }
    if (degraded > 0) {
        Line(
            fmt::format("{} of {} degraded: 'argosy get' lists them, 'argosy describe KIND/NAME' "
                        "tells all about one.",
                        degraded, all.size()));
    }
    told_ = true;
}

// A request that does something with what is declared.
std::string UpView::Example() const {
    std::string model, question = "Hello";
    if (!application_.assistants.empty()) {
        const auto& [name, assistant] = *application_.assistants.begin();
        model = name;
        if (!assistant.spec.ui.suggestions.empty()) question = assistant.spec.ui.suggestions[0];
    }
    for (const auto& [name, one] : application_.models) {
        if (model.empty() && one.spec.task == resources::Task::kChat) model = name;
    }
    if (model.empty()) return "";
    json::array messages;
    messages.push_back({{"role", "user"}, {"content", question}});
    const std::string key =
        application_.tenants.empty() ? "" : " -H \"Authorization: Bearer $API_KEY\"";
    return fmt::format("curl {}/v1/chat/completions{} -d {}", url_, key,
                       ShellJson(json::object{{"model", model}, {"messages", messages}}));
}

void UpView::TellAddresses() {
    Line(fmt::format("  console     {}/", url_));
    Line(fmt::format("  OpenAI API  {}/v1", url_));
    Line(fmt::format("  metrics     {}/metrics", url_));
    if (const std::string example = Example(); !example.empty()) Line("\nTry\n  " + example);
    Line("\nThe file is watched: what you change in it is changed here. Ctrl-C ends.");
}

void UpView::OnReload(bool unchanged) {
    const std::scoped_lock lock(mutex_);
    if (json_) return Say({{"event", "reload"}, {"unchanged", unchanged}});
    Line(unchanged ? "\nThe file was read again: it says the same."
                   : "\nThe file was read again; only what changed is started anew.");
}

void UpView::OnProblems(const resources::Problems& problems) {
    const std::scoped_lock lock(mutex_);
    if (json_) {
        json::array list;
        for (const resources::Problem& problem : problems) list.push_back(problem.ToJson());
        return Say({{"event", "problems"}, {"problems", std::move(list)}});
    }
    Line(Paint(kYellow, "\nThe file was read again and is wrong; what runs goes on as it was:"));
    for (const resources::Problem& problem : problems) Line("  " + problem.ToString());
}

void UpView::Stopping(std::chrono::seconds drain) {
    const std::scoped_lock lock(mutex_);
    if (json_) return Say({{"event", "stopping"}, {"drain_seconds", drain.count()}});
    Line(fmt::format("\nStopping: running requests get {} s. Ctrl-C again ends at once.",
                     drain.count()));
}

void UpView::Stopped(bool whole) {
    const std::scoped_lock lock(mutex_);
    if (json_) return Say({{"event", "stopped"}, {"all_requests_ended", whole}});
    Line(whole ? "Stopped." : "Stopped; some requests were cut off.");
}

}  // namespace argosy::cli
