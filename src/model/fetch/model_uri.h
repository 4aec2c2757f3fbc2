// What a model's uri names. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace argosy {

struct ModelUri {
    enum class Kind { kHub, kHttp, kS3, kFile };
    Kind kind = Kind::kFile;
    std::string repo;      // kHub: "org/name" or "name"
    std::string revision;  // kHub: "main" where none is written
    std::string selector;  // kHub, kS3: a quant ("Q4_K_M") or a file; may be empty
    std::string url;       // kHttp, without sha256
    std::string bucket;    // kS3
    std::string key;       // kS3: decoded, no leading '/'
    std::string path;      // kFile
    std::string sha256;    // lower-case hex, from ?sha256= or #sha256=; may be empty
};

/// kInvalidArgument says which part is wrong and what is right.
Result<ModelUri> ParseModelUri(std::string_view uri);

/// 64 hex digits.
bool IsSha256Hex(std::string_view text);

}  // namespace argosy
