// What is wrong with a declaration, for a person who has the file open and for programs.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace argosy::resources {

/// A place in a file, both counted from 1; 0 where there is no file (an object of the API server).
struct Place {
    int line = 0;
    int column = 0;

    auto operator<=>(const Place&) const = default;
};

struct Problem {
    enum class Kind {
        kSyntax,     // no YAML
        kLimit,      // larger or deeper than what is read
        kUnknown,    // a field, kind or version that does not exist
        kType,       // a value of another type
        kMissing,    // a field that has to be there
        kValue,      // a value outside of what the field takes
        kRule,       // fields that contradict each other
        kDuplicate,  // declared twice
        kReference,  // a name that nothing has, or whose bearer does not fit
        kCycle,      // resources that wait for each other
    };

    Kind kind = Kind::kSyntax;
    std::string file;
    Place place;
    std::string subject;  // "Model shop-chat"; may be empty
    std::string path;     // "spec.scaling.max"; may be empty
    std::string message;

    /// "app.yaml:12:9: Model shop-chat: spec.scaling.max: has to be at most 1000, but is 5000".
    std::string ToString() const;
    json::object ToJson() const;
};

/// "syntax", "limit", "unknown" ... as programs read it.
const char* ToString(Problem::Kind kind);

using Problems = std::vector<Problem>;

/// In the order of the file.
void Sort(Problems& problems);
/// All of them in one error, a line each, for callers that have no better use: kInvalidArgument.
Error ToError(const Problems& problems);

/// A text of the user's for a message: in quotes, cut to a readable length, control characters
/// escaped.
std::string Quoted(std::string_view text);

}  // namespace argosy::resources
