// Gets a model's files onto this machine: from the Hugging Face Hub, a web server, S3, or a local
// path. Downloads resume, are checked and are kept; a second call finds them there.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/proxy.h"

namespace argosy {

struct FetchProgress {
    std::string file;             // the file that moved last
    uint64_t done_bytes = 0;      // of all files, those resumed or cached included
    uint64_t total_bytes = 0;     // 0: not known
    double bytes_per_second = 0;  // since the start, downloaded bytes only
    size_t done_files = 0;
    size_t total_files = 0;
};

struct FetchOptions {
    /// The Hub's cache; empty: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME/hub,
    /// XDG_CACHE_HOME/huggingface/hub, ~/.cache/huggingface/hub.
    std::filesystem::path hub_cache{};
    /// Where files of web servers and S3 are kept; empty: ARGOSY_CACHE_DIR, XDG_CACHE_HOME/argosy,
    /// ~/.cache/argosy.
    std::filesystem::path download_cache{};
    std::string sha256{};  // expected, hex; only for a source of one file
    std::string token{};   // for the Hub; empty: HF_TOKEN, HF_TOKEN_PATH, HF_HOME/token
    bool offline = false;  // also by HF_HUB_OFFLINE=1: nothing but what is cached
    unsigned parallel = 4;
    int max_attempts = 6;  // in a row without a new byte
    std::chrono::milliseconds first_backoff{500};
    std::chrono::milliseconds max_backoff{30000};
    std::chrono::milliseconds idle_timeout{60000};
    std::string ca_file{};
    bool verify_tls = true;
    /// Called from other threads, one call at a time, at most about ten times a second.
    std::function<void(const FetchProgress&)> on_progress{};
    /// Asked often; true ends the fetch with kCancelled. What was downloaded resumes next time.
    std::function<bool()> cancelled{};
    Environment environment = ProcessEnvironment;
    /// Waits between attempts; tests give one that does not.
    std::function<void(std::chrono::milliseconds)> sleep{};
};

struct FetchedModel {
    std::filesystem::path path;  // for OpenModel: a .gguf (first of a split set) or a directory
    std::vector<std::filesystem::path> files;
    std::string revision;  // the Hub's commit; empty for other sources
    uint64_t downloaded_bytes = 0;
};

/// `uri` is one of
///   hf://org/name[@revision][:quant-or-file]    "hf://Qwen/Qwen3-0.6B-GGUF:Q8_0"
///   http(s)://host/file.gguf[?sha256=HEX]       first of a split set brings the others
///   s3://bucket/key.gguf or s3://bucket/prefix[:quant]  (AWS_* as the AWS tools read them)
///   file:///path, or a plain path
/// Errors: kInvalidArgument (uri), kNotFound, kUnauthenticated, kPermissionDenied (with what to
/// do), kCorrupt (hash or size differs: the file is not kept), kResourceExhausted (disk, with
/// numbers), kUnavailable, kCancelled.
Result<FetchedModel> FetchModel(std::string_view uri, const FetchOptions& options = {});

}  // namespace argosy
