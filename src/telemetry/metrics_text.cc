#include "telemetry/metrics_text.h"

#include <fmt/format.h>

#include <cmath>

namespace argosy {

namespace {

std::string Number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    return fmt::format("{}", value);
}

void AppendLabelValue(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
}

}  // namespace

void MetricsText::Family(std::string_view name, std::string_view help, std::string_view type) {
    if (family_ == name) return;
    family_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void MetricsText::Sample(std::string_view name, std::string_view suffix, MetricLabels labels,
                         std::string_view le, double value) {
    text_ += name;
    text_ += suffix;
    if (labels.size() > 0 || !le.empty()) {
        char separator = '{';
        for (const auto& [key, label] : labels) {
            text_ += separator;
            text_ += key;
            text_ += "=\"";
            AppendLabelValue(text_, label);
            text_ += '"';
            separator = ',';
        }
        if (!le.empty()) text_ += fmt::format("{}le=\"{}\"", separator, le);
        text_ += '}';
    }
    text_ += ' ';
    text_ += Number(value);
    text_ += '\n';
}

void MetricsText::Counter(std::string_view name, std::string_view help, double value,
                          MetricLabels labels) {
    Family(name, help, "counter");
    Sample(name, "", labels, "", value);
}

void MetricsText::Gauge(std::string_view name, std::string_view help, double value,
                        MetricLabels labels) {
    Family(name, help, "gauge");
    Sample(name, "", labels, "", value);
}

void MetricsText::Histogram(std::string_view name, std::string_view help,
                            std::span<const double> bounds, std::span<const uint64_t> counts,
                            double sum, MetricLabels labels) {
    Family(name, help, "histogram");
    uint64_t cumulative = 0;
    for (size_t i = 0; i < counts.size(); ++i) {
        cumulative += counts[i];
        const std::string le = i < bounds.size() ? Number(bounds[i]) : "+Inf";
        Sample(name, "_bucket", labels, le, static_cast<double>(cumulative));
    }
    Sample(name, "_sum", labels, "", sum);
    Sample(name, "_count", labels, "", static_cast<double>(cumulative));
}

}  // namespace argosy
