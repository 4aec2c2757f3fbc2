#include "cli/bench_http.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "cli/bench_figures.h"
#include "net/http_client.h"
#include "net/sse.h"

namespace argosy::cli {

namespace {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

// What one request's stream told.
struct Sample {
    Clock::time_point start;
    std::vector<Clock::time_point> chunks;
    Clock::time_point end;
    int64_t prompt_tokens = 0, completion_tokens = 0;
    std::string error;
    std::string body;  // its beginning, for what a refusal says

    double ttft() const { return Seconds(chunks.front() - start); }
    double e2e() const { return Seconds(end - start); }
    double tpot() const {
        return completion_tokens > 1 ? Seconds(chunks.back() - chunks.front()) /
                                           static_cast<double>(completion_tokens - 1)
                                     : 0;
    }
};

std::string Words(int count, std::mt19937& random) {
    static constexpr const char* kWords[] = {
        "time", "year", "people", "way",  "day",  "man",   "thing", "woman", "life",  "child",
        "hand", "part", "place",  "work", "week", "point", "group", "water", "night", "house"};
    std::uniform_int_distribution<size_t> word(0, std::size(kWords) - 1);
    std::string text;
    for (int i = 0; i < count; ++i) (text += kWords[word(random)]) += ' ';
    return text;
}

// Sends the load and gathers the samples. Callbacks of the client arrive on its io thread.
class Load {
  public:
    explicit Load(const HttpBenchOptions& options)
        : options_(options), random_(options.seed), client_({.threads = 1}) {
        shared_ = Words(options.shared_words, random_);
    }

    void Run() {
        std::exponential_distribution<double> gap(options_.rate > 0 ? options_.rate : 1);
        auto next = Clock::now();
        for (int i = 0; i < options_.requests; ++i) {
            if (options_.rate > 0) {
                next += std::chrono::duration_cast<Clock::duration>(
                    std::chrono::duration<double>(gap(random_)));
                std::this_thread::sleep_until(next);
            } else {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [this] { return running_ < options_.concurrency; });
            }
            Start();
        }
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return running_ == 0; });
    }

    const std::vector<std::unique_ptr<Sample>>& samples() const { return samples_; }

  private:
    HttpRequest MakeRequest() {
        json::object message{{"role", "user"}};
        const int own = std::max(options_.prompt_words - options_.shared_words, 1);
        message["content"] = shared_ + Words(own, random_);
        json::object body{{"stream", true},
                          {"max_tokens", options_.max_tokens},
                          {"temperature", 0},
                          {"ignore_eos", true}};
        if (!options_.model.empty()) body["model"] = options_.model;
        body["stream_options"] = json::object{{"include_usage", true}};
        body["messages"] = json::array();
        body["messages"].as_array().push_back(std::move(message));
        HttpRequest request{.method = "POST", .url = options_.url + "/chat/completions"};
        request.headers.Add("Content-Type", "application/json");
        if (!options_.api_key.empty()) {
            request.headers.Add("Authorization", "Bearer " + options_.api_key);
        }
        request.body = json::serialize(body);
        return request;
    }

    void Start() {
        HttpRequest request = MakeRequest();
        Sample* sample = samples_.emplace_back(std::make_unique<Sample>()).get();
        {
            const std::scoped_lock lock(mutex_);
            ++running_;
        }
        auto parser = std::make_shared<SseParser>();
        sample->start = Clock::now();
        HttpCallbacks callbacks;
        callbacks.on_data = [sample, parser](std::string_view bytes) {
            constexpr size_t kMostBody = 500;
            sample->body += bytes.substr(0, kMostBody - std::min(kMostBody, sample->body.size()));
            Take(*sample, *parser, bytes);
            return true;
        };
        callbacks.on_end = [this, sample](Result<HttpResponse> response) {
            sample->end = Clock::now();
            if (!response) {
                sample->error = response.error().ToString();
            } else if (!response->ok()) {
                sample->error = fmt::format("HTTP {}: {}", response->status, sample->body);
            } else if (sample->chunks.empty() && sample->error.empty()) {
                sample->error = "a stream without an answer";
            }
            const std::scoped_lock lock(mutex_);
            --running_;
            changed_.notify_one();
        };
        client_.Start(std::move(request), std::move(callbacks));
    }

    // Some servers send the role before there is a token, which would flatter their TTFT.
    static bool BringsTokens(const json::object& chunk) {
        const json::value* choices = chunk.if_contains("choices");
        if (!choices || !choices->is_array() || choices->as_array().empty()) return false;
        const json::object& choice = choices->as_array().front().as_object();
        const json::value* reason = choice.if_contains("finish_reason");
        if (reason != nullptr && !reason->is_null()) return true;
        const json::value* delta = choice.if_contains("delta");
        if (delta == nullptr || !delta->is_object()) return true;
        for (const auto& [key, value] : delta->as_object()) {
            const bool empty = value.is_null() || (value.is_string() && value.as_string().empty());
            if (key != "role" && !empty) return true;
        }
        return false;
    }

    static void Take(Sample& sample, SseParser& parser, std::string_view bytes) {
        std::vector<SseEvent> events;
        if (!parser.Feed(bytes, events)) sample.error = "a malformed event stream";
        for (const SseEvent& event : events) {
            const auto parsed = ParseJson(event.data);
            const json::object* object = parsed ? parsed->if_object() : nullptr;
            if (object == nullptr) continue;  // [DONE]
            if (object->contains("error")) sample.error = json::serialize(*object);
            if (BringsTokens(*object)) sample.chunks.push_back(Clock::now());
            const json::value* usage = object->if_contains("usage");
            if (usage == nullptr || !usage->is_object()) continue;
            sample.prompt_tokens = usage->at("prompt_tokens").to_number<int64_t>();
            sample.completion_tokens = usage->at("completion_tokens").to_number<int64_t>();
        }
    }

    const HttpBenchOptions& options_;
    std::mt19937 random_;
    std::string shared_;
    std::vector<std::unique_ptr<Sample>> samples_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int running_ = 0;    // GUARDED_BY(mutex_)
    HttpClient client_;  // last: its end waits for callbacks that use the others
};

json::object Summarise(const Load& load, const HttpBenchOptions& options, double seconds) {
    std::vector<double> ttft, tpot, itl, e2e;
    int64_t errors = 0, prompt = 0, completion = 0, good = 0;
    std::string first_error;
    for (const auto& sample : load.samples()) {
        if (!sample->error.empty()) {
            ++errors;
            if (first_error.empty()) first_error = sample->error;
            continue;
        }
        ttft.push_back(sample->ttft());
        e2e.push_back(sample->e2e());
        if (sample->completion_tokens > 1) tpot.push_back(sample->tpot());
        for (size_t i = 1; i < sample->chunks.size(); ++i) {
            itl.push_back(Seconds(sample->chunks[i] - sample->chunks[i - 1]));
        }
        prompt += sample->prompt_tokens;
        completion += sample->completion_tokens;
        good +=
            sample->ttft() <= options.slo_ttft_seconds && sample->tpot() <= options.slo_itl_seconds
                ? 1
                : 0;
    }
    json::object out{
        {"requests", options.requests},
        {"errors", errors},
        {"seconds", seconds},
        {"requests_per_second", static_cast<double>(e2e.size()) / seconds},
        {"prompt_tokens", prompt},
        {"output_tokens", completion},
        {"output_tokens_per_second", static_cast<double>(completion) / seconds},
        {"total_tokens_per_second", static_cast<double>(prompt + completion) / seconds},
        {"ttft_seconds", PercentilesOf(ttft).ToJson()},
        {"tpot_seconds", PercentilesOf(tpot).ToJson()},
        {"itl_seconds", PercentilesOf(itl).ToJson()},
        {"e2e_seconds", PercentilesOf(e2e).ToJson()},
        {"goodput_requests_per_second", static_cast<double>(good) / seconds}};
    if (!first_error.empty()) out["first_error"] = first_error;
    return out;
}

}  // namespace

json::object BenchHttp(const HttpBenchOptions& options) {
    Load load(options);
    const auto start = Clock::now();
    load.Run();
    const double seconds = Seconds(Clock::now() - start);
    json::object out = Summarise(load, options, seconds);
    if (out["errors"] == options.requests) {
        throw Exception({ErrorCode::kUnavailable,
                         fmt::format("no request to {} succeeded: {}", options.url,
                                     std::string_view(out["first_error"].as_string())),
                         {}});
    }
    return out;
}

}  // namespace argosy::cli
