// A web answer's body into a temporary file, within bounds.
#pragma once

#include <cstdint>
#include <functional>

#include "net/http_client.h"
#include "retrieval/load/temporary_file.h"

namespace argosy::retrieval {

struct Downloaded {
    HttpResponse head;  // of any status; its body is in the file where it is a success
    TemporaryFile file;
    uint64_t bytes = 0;
};

/// One GET. Errors: those of HttpClient; kResourceExhausted for more than `max_bytes`, or a full
/// disk.
Result<Downloaded> DownloadToFile(HttpClient& client, HttpRequest request, uint64_t max_bytes);

}  // namespace argosy::retrieval
