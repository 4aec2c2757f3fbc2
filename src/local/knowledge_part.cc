#include "local/knowledge_part.h"

#include "base/text.h"
#include "local/refresher.h"

namespace argosy::local {

namespace {

using retrieval::IngestReport;
using retrieval::KnowledgeBase;

std::string HowFar(const retrieval::IngestProgress& at) {
    std::string text = fmt::format("{} documents read, {} stored", at.documents, at.written);
    if (at.total_bytes > 0) {
        text += fmt::format(" ({:.0f}%)", 100.0 * static_cast<double>(at.done_bytes) /
                                              static_cast<double>(at.total_bytes));
    }
    return text;
}

json::object DetailsOf(const KnowledgeBase& base) {
    json::object details = base.Status().ToJson();
    details["store"] = "embedded";
    return details;
}

// What a reading of the sources came to.
Started Outcome(const KnowledgeBase& base, const IngestReport& report,
                std::vector<std::string> warnings) {
    const retrieval::KnowledgeStatus status = base.Status();
    Started out;
    out.message = fmt::format("{} documents, {} passages", status.documents, status.chunks);
    if (!status.embedding.empty()) out.message += ", embedded by " + status.embedding;
    if (report.added + report.changed + report.deleted > 0 && report.unchanged > 0) {
        out.message += fmt::format(" ({} new, {} changed, {} deleted)", report.added,
                                   report.changed, report.deleted);
    }
    if (report.problem_count > 0) {
        const retrieval::IngestProblem& first = report.problems.front();
        warnings.push_back(
            fmt::format("{} of the documents {} left out; the first: {}: {}", report.problem_count,
                        report.problem_count == 1 ? "is" : "are", first.place, first.message));
    }
    out.warnings = std::move(warnings);
    out.details = DetailsOf(base);
    return out;
}

Result<Started> ReadAll(KnowledgeBase& base, const std::vector<std::string>& warnings,
                        const retrieval::ProgressCallback& progress, std::stop_token stop) {
    ARGOSY_TRY(const IngestReport report, base.Ingest(progress, std::move(stop)));
    Started outcome = Outcome(base, report, warnings);
    if (base.Status().documents == 0 && report.problem_count > 0) {
        const retrieval::IngestProblem& first = report.problems.front();
        return Err(ErrorCode::kUnavailable, "nothing could be read: {}: {}", first.place,
                   first.message);
    }
    return outcome;
}

Result<retrieval::KnowledgeParts> PartsOf(const resources::KnowledgeBaseSpec& spec,
                                          const Surroundings& around, const Parts& running) {
    if (spec.store.kind != resources::StoreKind::kEmbedded) {
        return Err(ErrorCode::kUnsupported,
                   "on one machine knowledge is kept in the embedded store only; leave out 'store' "
                   "or set its kind to embedded");
    }
    retrieval::KnowledgeParts parts{.store = around.store};
    if (spec.embedding) {
        const PartPtr model = FindPart(running, resources::Kind::kModel, *spec.embedding);
        if (model) parts.embedder = model->embedder;
        if (model && model->host) {
            parts.tokenizer =
                std::shared_ptr<const Tokenizer>(model->host, &model->host->tokenizer());
        }
    }
    if (spec.rerank) {
        const PartPtr model = FindPart(running, resources::Kind::kModel, *spec.rerank);
        if (model) parts.reranker = model->reranker;
    }
    return parts;
}

}  // namespace

Result<Started> StartKnowledge(const resources::KnowledgeBase& base, const Surroundings& around,
                               const Parts& running, const StartContext& context,
                               std::function<void(const Result<Started>&)> tell) {
    std::vector<std::string> warnings;
    ARGOSY_TRY(auto options, KnowledgeOptionsOf(base, around, warnings));
    ARGOSY_TRY(auto parts, PartsOf(base.spec, around, running));
    // Two must not write to one collection: the one before only searches from now on.
    const PartPtr before = FindPart(running, resources::Kind::kKnowledgeBase, base.metadata.name);
    if (before && before->refresher) before->refresher->Stop();
    ARGOSY_TRY(std::shared_ptr<KnowledgeBase> opened,
               KnowledgeBase::Open(std::move(options), std::move(parts)));
    const auto progress = [&context](const retrieval::IngestProgress& at) {
        context.progress(HowFar(at));
    };
    context.progress("reads its sources");
    ARGOSY_TRY(Started started, ReadAll(*opened, warnings, progress, context.stop));
    auto part = std::make_shared<Part>();
    part->knowledge = opened;
    std::optional<std::chrono::milliseconds> every;
    if (base.spec.refresh) every = base.spec.refresh->every;
    part->refresher = std::make_shared<Refresher>(
        every, [opened, warnings, tell = std::move(tell)](std::stop_token stop) {
            const auto outcome = ReadAll(*opened, warnings, {}, stop);
            if (!stop.stop_requested()) tell(outcome);
        });
    started.part = std::move(part);
    return started;
}

void RefreshKnowledge(const Part& part) {
    if (part.refresher) part.refresher->Now();
}

}  // namespace argosy::local
