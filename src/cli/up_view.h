// What `argosy up` shows while it runs: lines for a person, or JSON lines for a program.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "local/local_app.h"

namespace argosy::cli {

/// Thread-safe: what it observes comes from one thread, the end from another.
class UpView final : public local::Observer {
  public:
    /// `color`: standard output is a terminal that shows it.
    UpView(bool json, bool color) : json_(json), color_(color) {}

    /// What will run, before anything starts.
    void Begin(const std::string& file, const std::string& origin, const std::string& state,
               const resources::Application& application);
    void Stopping(std::chrono::seconds drain);
    void Stopped(bool whole);

    void OnListening(const std::string& url) override;
    void OnStatus(const local::ResourceStatus& status, bool progress) override;
    void OnSettled(const std::vector<local::ResourceStatus>& all) override;
    void OnReload(bool unchanged) override;
    void OnProblems(const resources::Problems& problems) override;

  private:
    void Line(const std::string& text);
    void Say(const json::object& event);
    std::string Paint(const char* code, const std::string& text) const;
    void TellAddresses();
    std::string Example() const;

    std::mutex mutex_;  // held while any of the above runs
    const bool json_;
    const bool color_;
    bool transient_ = false;  // the last line is one that the next takes the place of
    bool told_ = false;       // the addresses
    size_t width_ = 0;        // of the longest name
    int64_t began_ = 0;
    std::map<resources::ResourceId, int64_t> starts_;
    std::string url_;
    resources::Application application_;
};

}  // namespace argosy::cli
