// Finds AWS credentials and region where the AWS tools find them.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "model/fetch/fetch_model.h"
#include "model/fetch/sigv4.h"
#include "net/http_client.h"

namespace argosy {

/// In this order: AWS_ACCESS_KEY_ID/AWS_SECRET_ACCESS_KEY/AWS_SESSION_TOKEN; a web identity (IRSA:
/// AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, by STS); the profile AWS_PROFILE of the shared
/// credentials and config files; a container's credentials (ECS, EKS Pod Identity:
/// AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI). Empty credentials where there are none:
/// requests go unsigned, as public buckets allow. Errors name the source, never a secret.
Result<AwsCredentials> FindAwsCredentials(HttpClient& client, const FetchOptions& options);

/// AWS_REGION, AWS_DEFAULT_REGION, the profile's region, else us-east-1.
std::string FindAwsRegion(const Environment& environment);

/// Sections of an AWS ini file: section -> key -> value.
using IniFile = std::map<std::string, std::map<std::string, std::string>>;
IniFile ParseIni(std::string_view text);

/// Text between <name> and </name>, entities decoded; empty where there is none. `from` moves on.
std::string XmlText(std::string_view xml, std::string_view name, size_t* from = nullptr);

}  // namespace argosy
