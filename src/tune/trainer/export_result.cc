#include "tune/trainer/export_result.h"

namespace argosy::tune {

namespace {

Result<void> Write(const train::Trainer& trainer, const TunePlan& plan,
                   const std::filesystem::path& path) {
    if (plan.format == Format::kMerged) return trainer.ExportMerged(path, plan.quant);
    if (plan.format == Format::kGguf) return trainer.ExportGgufAdapter(path, plan.quant);
    return trainer.ExportPeft(path, plan.quant);
}

}  // namespace

Result<std::filesystem::path> ExportResult(const train::Trainer& trainer, const TunePlan& plan,
                                           const RunFolder& folder, RunTracking& tracking) {
    const std::filesystem::path path = folder.result(plan.format);
    ARGOSY_CHECK_OK(Write(trainer, plan, path));
    if (plan.format == Format::kMerged) {
        tracking.log().Tags({{"argosy.result", path.string()}});
    } else if (plan.format == Format::kGguf) {
        tracking.log().Artifact(path, "adapter");
    } else {
        for (const auto& entry : std::filesystem::directory_iterator(path)) {
            tracking.log().Artifact(entry.path(), "adapter");
        }
    }
    return path;
}

std::string ServeCommand(const TunePlan& plan, const std::string& model,
                         const std::filesystem::path& result, const std::string& name) {
    if (plan.format == Format::kMerged) {
        return ShellLine({"argosy", "serve", "--model", result.string()});
    }
    return ShellLine({"argosy", "serve", "--model", model, "--lora", name + "=" + result.string()});
}

}  // namespace argosy::tune
