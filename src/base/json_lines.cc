#include "base/json_lines.h"

#include <fstream>

#include "base/line_reader.h"

namespace argosy {

Result<void> ForEachJsonLine(const std::filesystem::path& path,
                             const std::function<Result<void>(const json::value& row)>& take) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Err(ErrorCode::kNotFound, "cannot open {}", path.string());
    LineReader lines(in);
    std::string line;
    while (true) {
        const auto more = lines.Next(line);
        if (more && !*more) return {};
        Result<void> taken;
        if (!more) {
            taken = std::unexpected(more.error());
        } else if (const auto row = ParseJson(line); row) {
            taken = take(*row);
        } else {
            taken = std::unexpected(row.error());
        }
        if (!taken) {
            return At(fmt::format("{}:{}", path.string(), lines.line()), std::move(taken.error()));
        }
    }
}

}  // namespace argosy
