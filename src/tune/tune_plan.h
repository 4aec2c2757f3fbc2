// What the options of `argosy tune` mean to the rooms below: how to train, which data, what to
// write. Pure: no file is touched.
#pragma once

#include <string>

#include "base/error.h"
#include "lifecycle/dataset.h"
#include "lifecycle/run_log.h"
#include "train/options.h"
#include "tune/tune_flags.h"

namespace argosy::tune {

enum class Task { kChat, kEmbed };
enum class Format { kPeft, kGguf, kMerged };

struct TunePlan {
    Task task = Task::kChat;
    Format format = Format::kPeft;
    std::string quant;  // an adapter's type, or the merged model's recipe
    train::TrainOptions training;
    lifecycle::DatasetOptions data;
};

/// kInvalidArgument for options that do not go together, with what would be right.
Result<TunePlan> MakePlan(const TuneFlags& flags);

/// "lora", "qlora", "full" / "peft", "gguf", "merged".
const char* ToString(train::Method method);
const char* ToString(Format format);

/// The run's parameters for its logs.
lifecycle::RunTexts ParamsOf(const TuneFlags& flags, const TunePlan& plan);

}  // namespace argosy::tune
