// How one answer came to be: each step with its start, its time and what went in and out, for the
// console and for whoever asks why. Single-strand.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace argosy::assistant {

/// Time as it is needed here, given so that tests choose it.
struct Clock {
    std::function<int64_t()> unix_millis;
    std::function<std::chrono::nanoseconds()> steady;
    static Clock System();
};

class Trace {
  public:
    explicit Trace(Clock clock);

    /// A step that lasts as long as this object. Steps may nest.
    class Step {
      public:
        Step(Trace& trace, size_t index) : trace_(trace), index_(index) {}
        ~Step();
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;
        /// Adds to what the step tells.
        void Note(std::string_view name, json::value value);
        void Note(std::string_view name, std::string_view text) {
            Note(name, json::value(json::string_view(text)));
        }
        void Note(std::string_view name, const std::string& text) {
            Note(name, std::string_view(text));
        }
        void Note(std::string_view name, const char* text) { Note(name, std::string_view(text)); }

      private:
        Trace& trace_;
        const size_t index_;
    };
    [[nodiscard]] Step Begin(std::string name);
    /// One that takes no time: a decision and its reason.
    void Decide(std::string_view what, std::string_view why);

    /// {"started", "steps": [{"step", "start_us", "duration_us", ...notes}]}.
    json::object ToJson() const;

  private:
    struct Entry {
        std::string name;
        std::chrono::nanoseconds start{}, duration{};
        json::object notes;
    };
    Clock clock_;
    int64_t started_;
    std::chrono::nanoseconds origin_;
    std::vector<Entry> entries_;
};

}  // namespace argosy::assistant
