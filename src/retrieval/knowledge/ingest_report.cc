#include "retrieval/knowledge/ingest_report.h"

#include <utility>

namespace argosy::retrieval {

namespace {

IngestProblem FromRemark(const LoadRemark& remark) {
    return {remark.line == 0 ? remark.source : fmt::format("{}:{}", remark.source, remark.line),
            remark.what};
}

void Append(std::vector<IngestProblem>& to, IngestProblem problem) {
    if (to.size() < IngestReport::kMaxProblems) to.push_back(std::move(problem));
}

}  // namespace

json::array ToJson(const std::vector<IngestProblem>& problems) {
    json::array list;
    for (const IngestProblem& problem : problems) {
        list.push_back(json::object{{"place", problem.place}, {"message", problem.message}});
    }
    return list;
}

void IngestReport::AddProblem(std::string place, std::string message) {
    ++problem_count;
    Append(problems, {std::move(place), std::move(message)});
}

void IngestReport::Add(const LoadReport& load) {
    files += load.files;
    bytes += load.bytes;
    problem_count += load.problems.total;
    for (const LoadRemark& remark : load.problems.first) Append(problems, FromRemark(remark));
    for (const LoadRemark& remark : load.notes.first) Append(notes, FromRemark(remark));
}

void IngestReport::Add(IngestReport other) {
    added += other.added;
    changed += other.changed;
    unchanged += other.unchanged;
    deleted += other.deleted;
    reembedded += other.reembedded;
    chunks += other.chunks;
    files += other.files;
    bytes += other.bytes;
    problem_count += other.problem_count;
    for (IngestProblem& problem : other.problems) Append(problems, std::move(problem));
    for (IngestProblem& note : other.notes) Append(notes, std::move(note));
    cancelled = cancelled || other.cancelled;
}

json::object IngestReport::ToJson() const {
    return {{"added", added},
            {"changed", changed},
            {"unchanged", unchanged},
            {"deleted", deleted},
            {"reembedded", reembedded},
            {"chunks", chunks},
            {"files", files},
            {"bytes", bytes},
            {"problem_count", problem_count},
            {"problems", retrieval::ToJson(problems)},
            {"notes", retrieval::ToJson(notes)},
            {"cancelled", cancelled}};
}

json::object IngestProgress::ToJson() const {
    return {{"source", source},
            {"documents", documents},
            {"written", written},
            {"done_bytes", done_bytes},
            {"total_bytes", total_bytes}};
}

}  // namespace argosy::retrieval
