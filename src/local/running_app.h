// The application that runs on this machine, as its other commands reach it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/json.h"
#include "local/state_dir.h"
#include "net/proxy.h"

namespace argosy::local {

/// Which application is meant: a state folder, or the file of a declaration; with neither, the one
/// that runs.
struct Which {
    std::string state;
    std::string file;
};

/// The state folder of the application that is meant. kNotFound where several run or none does,
/// with what there is and what to do; with `dead_too`, the only one that ever ran will do.
Result<std::filesystem::path> FindState(const Which& which, const Environment& environment,
                                        bool dead_too = false);

class RunningApp {
  public:
    /// kUnavailable where none runs there, with how to start it.
    static Result<RunningApp> Find(const Which& which, const Environment& environment);
    /// GET of its API. Errors: kNotFound and the like with the API's own message, kUnavailable.
    Result<json::value> Get(const std::string& path) const;
    const Control& control() const { return control_; }

  private:
    explicit RunningApp(Control control) : control_(std::move(control)) {}

    Control control_;
};

}  // namespace argosy::local
