#include "model/fetch/aws_credentials.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "model/fetch/download.h"
#include "net/url.h"

namespace argosy {

namespace {

std::string Trim(std::string_view text) {
    const size_t first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string ReadText(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

IniFile SharedFile(const Environment& environment, const char* variable, const char* name) {
    std::string path = environment(variable);
    if (path.empty()) path = environment("HOME") + "/.aws/" + name;
    return ParseIni(ReadText(path));
}

std::string Profile(const Environment& environment) {
    for (const char* name : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
        std::string value = environment(name);
        if (!value.empty()) return value;
    }
    return "default";
}

AwsCredentials FromIni(const IniFile& file, const std::string& section) {
    const auto found = file.find(section);
    if (found == file.end()) return {};
    const auto value = [&](const char* key) {
        const auto entry = found->second.find(key);
        return entry == found->second.end() ? std::string() : entry->second;
    };
    return {value("aws_access_key_id"), value("aws_secret_access_key"), value("aws_session_token")};
}

AwsCredentials FromProfile(const Environment& environment) {
    const std::string profile = Profile(environment);
    AwsCredentials found =
        FromIni(SharedFile(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials"), profile);
    if (!found.empty()) return found;
    return FromIni(SharedFile(environment, "AWS_CONFIG_FILE", "config"),
                   profile == "default" ? profile : "profile " + profile);
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
Result<AwsCredentials> FromWebIdentity(HttpClient& client, const FetchOptions& options) {
    const Environment& environment = options.environment;
    const std::string token = Trim(ReadText(environment("AWS_WEB_IDENTITY_TOKEN_FILE")));
    if (token.empty()) {
        return Err(ErrorCode::kUnauthenticated, "AWS_WEB_IDENTITY_TOKEN_FILE {} holds no token",
                   environment("AWS_WEB_IDENTITY_TOKEN_FILE"));
    }
    std::string session = environment("AWS_ROLE_SESSION_NAME");
    if (session.empty()) session = "argosy";
    std::string endpoint = environment("AWS_ENDPOINT_URL_STS");
    if (endpoint.empty()) {
        endpoint = fmt::format("https://sts.{}.amazonaws.com/", FindAwsRegion(environment));
    }
    HttpRequest request;
    request.method = "POST";
    request.url = endpoint;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" +
                   PercentEncode(environment("AWS_ROLE_ARN")) +
                   "&RoleSessionName=" + PercentEncode(session) +
                   "&WebIdentityToken=" + PercentEncode(token);
    ARGOSY_TRY(const HttpResponse response,
               FetchWithRetry(client, [&]() -> Result<HttpRequest> { return request; }, options));
    AwsCredentials found{XmlText(response.body, "AccessKeyId"),
                         XmlText(response.body, "SecretAccessKey"),
                         XmlText(response.body, "SessionToken")};
    if (response.ok() && !found.empty()) return found;
    return Err(ErrorCode::kUnauthenticated, "STS gave no credentials for the role {}: {} {} {}",
               environment("AWS_ROLE_ARN"), response.status, XmlText(response.body, "Code"),
               XmlText(response.body, "Message"));
}

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
Result<AwsCredentials> FromContainer(HttpClient& client, const FetchOptions& options,
                                     const std::string& url) {
    HttpRequest request;
    request.url = url;
    std::string token = options.environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    const std::string file = options.environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (!file.empty()) token = Trim(ReadText(file));
    if (!token.empty()) request.headers.Add("Authorization", token);
    ARGOSY_TRY(const HttpResponse response,
               FetchWithRetry(client, [&]() -> Result<HttpRequest> { return request; }, options));
    const auto parsed = ParseJson(response.body);
    const json::object* object = parsed ? parsed->if_object() : nullptr;
    const auto text = [&](const char* key) -> std::string {
        const json::value* value = object != nullptr ? object->if_contains(key) : nullptr;
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
    };
    AwsCredentials found{text("AccessKeyId"), text("SecretAccessKey"), text("Token")};
    if (response.ok() && !found.empty()) return found;
    return Err(ErrorCode::kUnauthenticated, "the container's credentials endpoint answered {}",
               response.status);
}

std::string DecodeEntities(std::string_view text) {
    static constexpr std::pair<std::string_view, char> kEntities[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    std::string out;
    while (!text.empty()) {
        bool found = false;
        for (const auto& [name, c] : kEntities) {
            if (!text.starts_with(name)) continue;
            out += c;
            text.remove_prefix(name.size());
            found = true;
            break;
        }
        if (found) continue;
        out += text[0];
        text.remove_prefix(1);
    }
    return out;
}

}  // namespace

std::string XmlText(std::string_view xml, std::string_view name, size_t* from) {
    const std::string open = fmt::format("<{}>", name);
    const std::string close = fmt::format("</{}>", name);
    const size_t start = xml.find(open, from != nullptr ? *from : 0);
    const size_t end = start == xml.npos ? xml.npos : xml.find(close, start);
    if (from != nullptr) *from = end == xml.npos ? xml.npos : end + close.size();
    if (end == xml.npos) return {};
    return DecodeEntities(xml.substr(start + open.size(), end - start - open.size()));
}

IniFile ParseIni(std::string_view text) {
    IniFile file;
    std::string section;
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        const std::string line = Trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line[0] == '#' || line[0] == ';') continue;
        if (line[0] == '[' && line.back() == ']') {
            section = Trim(std::string_view(line).substr(1, line.size() - 2));
        } else if (const size_t equals = line.find('='); equals != line.npos) {
            file[section][Trim(line.substr(0, equals))] = Trim(line.substr(equals + 1));
        }
    }
    return file;
}

std::string FindAwsRegion(const Environment& environment) {
    for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        std::string value = environment(name);
        if (!value.empty()) return value;
    }
    const std::string profile = Profile(environment);
    IniFile config = SharedFile(environment, "AWS_CONFIG_FILE", "config");
    const std::string region =
        config[profile == "default" ? profile : "profile " + profile]["region"];
    return region.empty() ? "us-east-1" : region;
}

Result<AwsCredentials> FindAwsCredentials(HttpClient& client, const FetchOptions& options) {
    const Environment& environment = options.environment;
    AwsCredentials found{environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"),
                         environment("AWS_SESSION_TOKEN")};
    if (!found.empty()) return found;
    if (!environment("AWS_WEB_IDENTITY_TOKEN_FILE").empty() &&
        !environment("AWS_ROLE_ARN").empty()) {
        return FromWebIdentity(client, options);
    }
    found = FromProfile(environment);
    if (!found.empty()) return found;
    const std::string full = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!full.empty()) return FromContainer(client, options, full);
    const std::string relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    if (!relative.empty()) return FromContainer(client, options, "http://169.254.170.2" + relative);
    return AwsCredentials{};
}

}  // namespace argosy
