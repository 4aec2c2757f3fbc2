#include "assistant/trace.h"

namespace argosy::assistant {

namespace {
int64_t Micros(std::chrono::nanoseconds time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}
}  // namespace

Clock Clock::System() {
    using namespace std::chrono;
    return {[] {
                const auto now = system_clock::now().time_since_epoch();
                return int64_t{duration_cast<milliseconds>(now).count()};
            },
            [] { return nanoseconds(steady_clock::now().time_since_epoch()); }};
}

Trace::Trace(Clock clock)
    : clock_(std::move(clock)), started_(clock_.unix_millis()), origin_(clock_.steady()) {}

Trace::Step Trace::Begin(std::string name) {
    entries_.push_back({std::move(name), clock_.steady() - origin_, {}, {}});
    return {*this, entries_.size() - 1};
}

Trace::Step::~Step() {
    Entry& entry = trace_.entries_[index_];
    entry.duration = trace_.clock_.steady() - trace_.origin_ - entry.start;
}

void Trace::Step::Note(std::string_view name, json::value value) {
    trace_.entries_[index_].notes[name] = std::move(value);
}

void Trace::Decide(std::string_view what, std::string_view why) {
    Step step = Begin("decision");
    step.Note("decision", what);
    step.Note("reason", why);
}

json::object Trace::ToJson() const {
    json::array steps;
    for (const Entry& entry : entries_) {
        json::object step{{"step", entry.name},
                          {"start_us", Micros(entry.start)},
                          {"duration_us", Micros(entry.duration)}};
        for (const auto& [name, value] : entry.notes) step[name] = value;
        steps.push_back(std::move(step));
    }
    return {{"started", started_}, {"steps", std::move(steps)}};
}

}  // namespace argosy::assistant
