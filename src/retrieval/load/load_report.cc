#include "retrieval/load/load_report.h"

#include <utility>

namespace argosy::retrieval {

namespace {

json::object ToJson(const LoadRemarks& remarks) {
    json::array first;
    for (const LoadRemark& remark : remarks.first) {
        first.push_back(
            json::object{{"source", remark.source}, {"line", remark.line}, {"what", remark.what}});
    }
    return {{"total", remarks.total}, {"first", std::move(first)}};
}

}  // namespace

std::string LoadRemark::ToString() const {
    return line == 0 ? source + ": " + what : fmt::format("{}:{}: {}", source, line, what);
}

void LoadRemarks::Add(LoadRemark remark) {
    ++total;
    if (first.size() < kMaxKept) first.push_back(std::move(remark));
}

json::object LoadReport::ToJson() const {
    return {{"documents", documents},
            {"files", files},
            {"bytes", bytes},
            {"problems", retrieval::ToJson(problems)},
            {"notes", retrieval::ToJson(notes)},
            {"cancelled", cancelled}};
}

}  // namespace argosy::retrieval
