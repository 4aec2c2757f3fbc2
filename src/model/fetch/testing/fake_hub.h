// A server that speaks the Hugging Face Hub's paths, for tests: API, resolve with its redirect to a
// "CDN" on another port, gated and private repositories, and connections that break.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>

#include "base/json.h"
#include "model/fetch/sha.h"
#include "net/http_server.h"

namespace argosy::testing {

class FakeHub {
  public:
    struct File {
        std::string content;
        bool lfs = true;
        std::string announced_sha256{};  // where it shall differ from the content's
    };
    static constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

    FakeHub() : hub_(Options(), Hub()), cdn_(Options(), Cdn()) {
        OrThrow(hub_.Start());
        OrThrow(cdn_.Start());
    }

    std::string endpoint() const { return fmt::format("http://127.0.0.1:{}", hub_.port()); }

    // Set before the first request.
    std::string repo = "org/name";
    std::map<std::string, File> files;
    std::string required_token;
    std::string error_code = "RepoNotFound";  // where the token is missing
    int error_status = 401;
    size_t page_size = 1000;
    std::atomic<size_t> break_after{0};  // bytes of a CDN answer, while breaks > 0
    std::atomic<int> breaks{0};
    std::atomic<int> busy{0};  // so many 503 from the CDN first

    // What was seen.
    std::atomic<int> api_requests{0};
    std::atomic<int> cdn_requests{0};
    std::atomic<int> ranged_requests{0};
    std::atomic<uint64_t> cdn_bytes{0};
    std::atomic<bool> token_left_the_hub{false};

    static std::string GitOid(const std::string& content) {
        Sha sha(Sha::Kind::kSha1);
        sha.Add(fmt::format("blob {}", content.size()) + std::string(1, '\0'));
        sha.Add(content);
        return sha.Hex();
    }

  private:
    using X = std::shared_ptr<Exchange>;
    static ServerOptions Options() {
        ServerOptions options;
        options.threads = 1;
        return options;
    }

    static std::string Etag(const File& file) {
        if (!file.lfs) return GitOid(file.content);
        return file.announced_sha256.empty() ? Sha256Hex(file.content) : file.announced_sha256;
    }

    static void Refuse(const X& x, int status, const char* code) {
        x->Respond(status, {{"X-Error-Code", code}, {"X-Error-Message", code}}, "{}");
    }

    bool Allowed(const X& x) {
        if (required_token.empty() || x->request().BearerToken() == required_token) return true;
        Refuse(x, error_status, error_code.c_str());
        return false;
    }

    Handler Hub() {
        Router router;
        router.Add("GET", "/api/models/{rest*}", [this](const X& x) {
            ++api_requests;
            if (!Allowed(x)) return;
            const std::string rest(x->request().Param("rest"));
            if (rest == repo + "/revision/main" || rest == repo + "/revision/" + kCommit) {
                return x->Respond(200, {}, Revision());
            }
            if (rest.starts_with(repo + "/revision/")) return Refuse(x, 404, "RevisionNotFound");
            if (rest == repo + "/tree/" + kCommit) return Tree(x);
            Refuse(x, 404, "RepoNotFound");
        });
        router.Add("GET", "/{path*}", [this](const X& x) {
            if (Allowed(x)) Resolve(x);
        });
        return router.AsHandler();
    }

    std::string Revision() const {
        json::array siblings;
        for (const auto& [path, file] : files)
            siblings.push_back(json::object{{"rfilename", path}});
        return json::serialize(json::object{
            {"id", repo}, {"modelId", repo}, {"sha", kCommit}, {"siblings", siblings}});
    }

    void Tree(const X& x) {
        const std::string from(x->request().Query("cursor").value_or(""));
        json::array list;
        std::string next;
        for (auto it = files.upper_bound(from); it != files.end(); ++it) {
            if (list.size() == page_size) break;
            const auto& [path, file] = *it;
            json::object entry{{"type", "file"},
                               {"path", path},
                               {"size", file.content.size()},
                               {"oid", GitOid(file.content)}};
            if (file.lfs) {
                entry["lfs"] = {
                    {"oid", Etag(file)}, {"size", file.content.size()}, {"pointerSize", 130}};
            }
            list.push_back(entry);
            next = path;
        }
        Headers headers{{"Content-Type", "application/json"}};
        if (list.size() == page_size && files.upper_bound(next) != files.end()) {
            headers.Add("Link", fmt::format("<{}{}?recursive=true&cursor={}>; rel=\"next\"",
                                            endpoint(), x->request().path, next));
        }
        x->Respond(200, headers, json::serialize(list));
    }

    void Resolve(const X& x) {
        const std::string prefix = "/" + repo + "/resolve/";
        std::string path = x->request().path;
        if (!path.starts_with(prefix)) return Refuse(x, 404, "RepoNotFound");
        path = path.substr(path.find('/', prefix.size()) + 1);
        const auto found = files.find(path);
        if (found == files.end()) return Refuse(x, 404, "EntryNotFound");
        const File& file = found->second;
        const std::string etag = "\"" + Etag(file) + "\"";
        Headers headers{{"X-Repo-Commit", kCommit}};
        if (!file.lfs) {
            headers.Add("ETag", etag);
            return x->Respond(200, headers, file.content);
        }
        headers.Add("X-Linked-Etag", etag);
        headers.Add("X-Linked-Size", std::to_string(file.content.size()));
        headers.Add("Location", fmt::format("http://127.0.0.1:{}/{}", cdn_.port(), path));
        x->Respond(302, headers, "Found. Redirecting");
    }

    Handler Cdn() {
        return [this](const X& x) {
            ++cdn_requests;
            if (x->request().headers.Find("Authorization")) token_left_the_hub = true;
            if (busy.fetch_sub(1) > 0) return x->Respond(503, {{"Retry-After", "7"}}, "busy");
            const File& file = files.at(x->request().path.substr(1));
            size_t from = 0;
            const std::string range(x->request().headers.Get("Range"));
            if (range.starts_with("bytes=")) from = std::strtoul(range.c_str() + 6, nullptr, 10);
            if (from > 0) ++ranged_requests;
            std::string body = file.content.substr(from);
            Headers headers{{"ETag", "\"cdn\""}, {"Accept-Ranges", "bytes"}};
            if (from > 0) {
                headers.Add("Content-Range",
                            fmt::format("bytes {}-{}/{}", from, file.content.size() - 1,
                                        file.content.size()));
            }
            if (breaks.fetch_sub(1) > 0) {
                headers.Add("Content-Length", std::to_string(body.size()));
                Break(x, from > 0 ? 206 : 200, headers, body.substr(0, break_after));
                return;
            }
            cdn_bytes += body.size();
            x->Respond(from > 0 ? 206 : 200, headers, std::move(body));
        };
    }

    /// Sends less than was promised, then closes: the server ends such a body itself.
    void Break(const X& x, int status, const Headers& headers, std::string part) {
        cdn_bytes += part.size();
        auto stream = x->StartStream(status, headers);
        stream->Write(std::move(part));
        stream->Close();
    }

    HttpServer hub_;
    HttpServer cdn_;
};

}  // namespace argosy::testing
