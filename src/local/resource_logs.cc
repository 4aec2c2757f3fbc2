#include "local/resource_logs.h"

#include <fstream>

#include "local/kind_name.h"
#include "telemetry/log.h"

namespace argosy::local {

namespace fs = std::filesystem;

fs::path LogFile(const fs::path& state, const ResourceId& id) {
    std::string name = ShortName(id);
    name[name.find('/')] = '-';
    return state / "logs" / (name + ".log");
}

std::string LogLine(const Event& event) {
    std::string line = fmt::format("{} {} {}: {}", FormatTime(event.at), ToString(event.state),
                                   event.reason, event.message);
    for (char& c : line) {
        if (c == '\n' || c == '\r') c = ' ';
    }
    return line;
}

ResourceLogs::ResourceLogs(fs::path state) : state_(std::move(state)) {
    std::error_code ignored;
    fs::create_directories(state_ / "logs", ignored);
}

void ResourceLogs::Write(const ResourceStatus& status) {
    if (status.events.empty()) return;
    const fs::path file = LogFile(state_, status.id);
    const std::scoped_lock lock(mutex_);
    std::error_code error;
    if (fs::file_size(file, error) > kMaxBytes && !error) {
        fs::rename(file, file.string() + ".1", error);
    }
    std::ofstream out(file, std::ios::app);
    out << LogLine(status.events.back()) << "\n";
    if (out.good() || std::exchange(warned_, true)) return;
    log::Warn("cannot write logs of resources", {{"file", file.string()}});
}

}  // namespace argosy::local
