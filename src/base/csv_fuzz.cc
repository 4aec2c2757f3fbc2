// Any bytes give rows or errors, never a hang; good rows written again are read as the same rows.
#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "base/csv_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::istringstream in(text);
    argosy::CsvReader reader(in, {.max_row_bytes = 4096, .max_fields = 64});
    std::vector<std::vector<std::string>> good;
    std::string again;
    argosy::CsvRow row;
    for (size_t last = 0;; last = row.line) {
        const auto more = reader.Next(row);
        if (row.line < last) std::abort();
        if (!more) continue;
        if (!*more) break;
        // A lone empty field (written "") would be an empty line.
        if (row.fields.size() == 1 && row.fields[0].empty()) continue;
        good.push_back(row.fields);
        for (size_t i = 0; i < row.fields.size(); ++i) {
            again += (i ? "," : "") + argosy::CsvField(row.fields[i]);
        }
        again += '\n';
    }
    std::istringstream second(again);
    argosy::CsvReader checker(second, {.max_fields = 64});
    for (const auto& fields : good) {
        const auto more = checker.Next(row);
        if (!more || !*more || row.fields != fields) std::abort();
    }
    return 0;
}
