// Prometheus' text exposition format 0.0.4: families are written in one pass over snapshots, so no
// registry has to be kept in step with what it measures.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace argosy {

using MetricLabels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class MetricsText {
  public:
    /// `name` ends in _total for counters, as OpenMetrics asks.
    void Counter(std::string_view name, std::string_view help, double value,
                 MetricLabels labels = {});
    void Gauge(std::string_view name, std::string_view help, double value,
               MetricLabels labels = {});
    /// `counts` are per bucket (not cumulative) and one longer than `bounds`: the last is +Inf's.
    void Histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                   std::span<const uint64_t> counts, double sum, MetricLabels labels = {});

    const std::string& text() const { return text_; }

  private:
    void Family(std::string_view name, std::string_view help, std::string_view type);
    void Sample(std::string_view name, std::string_view suffix, MetricLabels labels,
                std::string_view le, double value);

    std::string text_;
    std::string family_;  // the last one written: its HELP and TYPE are not repeated
};

}  // namespace argosy
