// Documents in S3 and in what speaks its API (MinIO, Ceph).
#pragma once

#include <string>

#include "retrieval/load/load_session.h"

namespace argosy::retrieval {

/// "s3://bucket/key" is that object; "s3://bucket/prefix/" all below it; a key with a pattern as
/// glob.h has it those that match. Credentials, region and endpoint come from the environment as
/// for models. What fails is reported.
void LoadS3(const std::string& uri, LoadSession& session);

}  // namespace argosy::retrieval
