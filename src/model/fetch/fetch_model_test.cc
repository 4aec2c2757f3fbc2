#include "model/fetch/fetch_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "model/fetch/aws_credentials.h"
#include "model/fetch/choose_files.h"
#include "model/fetch/download.h"
#include "model/fetch/model_uri.h"
#include "model/fetch/sigv4.h"
#include "model/fetch/testing/fake_hub.h"

namespace argosy {
namespace {

namespace fs = std::filesystem;
using testing::FakeHub;
using ::testing::HasSubstr;
using ::testing::Not;

std::string ReadFile(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Bytes that differ everywhere, so that a wrong offset is seen.
std::string Content(size_t size, unsigned seed) {
    std::string out(size, '\0');
    uint32_t state = seed * 2654435761u + 1;
    for (char& c : out) {
        state = state * 1664525u + 1013904223u;
        c = static_cast<char>(state >> 24);
    }
    return out;
}

class FetchTest : public ::testing::Test {
  protected:
    FetchTest() {
        char name[] = "/tmp/argosy_fetch_XXXXXX";
        root_ = mkdtemp(name);
        options_.hub_cache = root_ / "hub";
        options_.download_cache = root_ / "downloads";
        options_.environment = [this](const char* key) {
            const auto found = environment_.find(key);
            return found == environment_.end() ? std::string() : found->second;
        };
        options_.sleep = [this](std::chrono::milliseconds time) { slept_.push_back(time); };
        environment_["HF_ENDPOINT"] = hub_.endpoint();
        environment_["HOME"] = root_;
        hub_.files = {{"name-Q8_0.gguf", {Content(300000, 1)}},
                      {"name-Q4_K_M.gguf", {Content(200000, 2)}},
                      {"README.md", {"read me", false}}};
    }
    ~FetchTest() override { fs::remove_all(root_); }

    fs::path Blob(const std::string& etag) const {
        return root_ / "hub/models--org--name/blobs" / etag;
    }
    Error Failure(const std::string& uri) {
        auto result = FetchModel(uri, options_);
        EXPECT_FALSE(result) << uri;
        return result ? Error{} : result.error();
    }

    fs::path root_;
    FakeHub hub_;
    std::map<std::string, std::string> environment_;
    std::vector<std::chrono::milliseconds> slept_;
    FetchOptions options_;
};

TEST_F(FetchTest, BringsTheChosenQuantIntoTheHubsCache) {
    std::vector<FetchProgress> progress;
    options_.on_progress = [&](const FetchProgress& now) { progress.push_back(now); };
    const FetchedModel model = OrThrow(FetchModel("hf://org/name:q8_0", options_));
    const std::string& content = hub_.files["name-Q8_0.gguf"].content;
    const std::string etag = Sha256Hex(content);
    const fs::path snapshot =
        root_ / "hub/models--org--name/snapshots" / FakeHub::kCommit / "name-Q8_0.gguf";
    EXPECT_EQ(model.path, snapshot);
    EXPECT_EQ(model.revision, FakeHub::kCommit);
    EXPECT_EQ(model.downloaded_bytes, content.size());
    EXPECT_EQ(ReadFile(model.path), content);
    EXPECT_EQ(fs::read_symlink(snapshot), "../../blobs/" + etag);
    EXPECT_EQ(ReadFile(root_ / "hub/models--org--name/refs/main"), FakeHub::kCommit);
    ASSERT_FALSE(progress.empty());
    EXPECT_EQ(progress.back().done_bytes, content.size());
    EXPECT_EQ(progress.back().total_bytes, content.size());
    EXPECT_EQ(OrThrow(FetchModel("hf://org/name:Q8_0", options_)).downloaded_bytes, 0u);
    EXPECT_EQ(hub_.cdn_requests, 1);
}

TEST_F(FetchTest, PrefersQ4KMWithoutASelector) {
    EXPECT_EQ(OrThrow(FetchModel("hf://org/name", options_)).path.filename(), "name-Q4_K_M.gguf");
}

TEST_F(FetchTest, BringsAWholeSafetensorsModelOverSeveralPages) {
    hub_.page_size = 2;
    hub_.files = {{"config.json", {"{}", false}},
                  {"tokenizer.json", {Content(5000, 3)}},
                  {"1_Pooling/config.json", {"{\"a\":1}", false}},
                  {"model-00001-of-00002.safetensors", {Content(50000, 4)}},
                  {"model-00002-of-00002.safetensors", {Content(60000, 5)}},
                  {"model.safetensors.index.json", {"{\"b\":2}", false}},
                  {"pytorch_model.bin", {Content(1000, 6)}},
                  {"empty.md", {"", false}}};
    const FetchedModel model = OrThrow(FetchModel("hf://org/name", options_));
    EXPECT_TRUE(fs::is_directory(model.path));
    EXPECT_EQ(model.files.size(), 6u);
    EXPECT_EQ(ReadFile(model.path / "1_Pooling/config.json"), "{\"a\":1}");
    EXPECT_EQ(fs::read_symlink(model.path / "1_Pooling/config.json"),
              "../../../blobs/" + FakeHub::GitOid("{\"a\":1}"));
    EXPECT_FALSE(fs::exists(model.path / "pytorch_model.bin"));
    EXPECT_EQ(ReadFile(model.path / "model-00002-of-00002.safetensors"), Content(60000, 5));
}

TEST_F(FetchTest, ResumesAfterBrokenConnections) {
    hub_.break_after = 70000;
    hub_.breaks = 2;
    const FetchedModel model = OrThrow(FetchModel("hf://org/name:Q4_K_M", options_));
    EXPECT_EQ(ReadFile(model.path), Content(200000, 2));
    EXPECT_EQ(hub_.cdn_requests, 3);
    EXPECT_EQ(hub_.ranged_requests, 2);
    EXPECT_EQ(hub_.cdn_bytes, 200000u);  // no byte came twice
    EXPECT_EQ(slept_.size(), 2u);
}

TEST_F(FetchTest, ResumesInALaterCall) {
    hub_.break_after = 70000;
    hub_.breaks = 1;
    options_.max_attempts = 1;
    EXPECT_FALSE(FetchModel("hf://org/name:Q4_K_M", options_));
    const fs::path partial = Blob(Sha256Hex(Content(200000, 2))).string() + ".incomplete";
    const auto kept = fs::file_size(partial);
    EXPECT_EQ(kept, 70000u);
    const FetchedModel model = OrThrow(FetchModel("hf://org/name:Q4_K_M", options_));
    EXPECT_EQ(model.downloaded_bytes, 200000 - kept);
    EXPECT_EQ(ReadFile(model.path), Content(200000, 2));
    EXPECT_FALSE(fs::exists(partial));
}

TEST_F(FetchTest, WaitsAsLongAsTheServerAsks) {
    hub_.busy = 2;
    OrThrow(FetchModel("hf://org/name:Q4_K_M", options_));
    ASSERT_EQ(slept_.size(), 2u);
    for (const auto wait : slept_) EXPECT_EQ(wait, std::chrono::seconds(7));
}

TEST_F(FetchTest, RefusesAWrongHashAndKeepsNothing) {
    const std::string wrong = Sha256Hex("something else");
    hub_.files["name-Q8_0.gguf"].announced_sha256 = wrong;
    const Error error = Failure("hf://org/name:Q8_0");
    EXPECT_EQ(error.code, ErrorCode::kCorrupt);
    EXPECT_THAT(error.ToString(), HasSubstr("name-Q8_0.gguf"));
    EXPECT_THAT(error.message, HasSubstr(wrong));
    EXPECT_TRUE(fs::is_empty(root_ / "hub/models--org--name/blobs"));
}

TEST_F(FetchTest, WorksOfflineFromTheCacheOnly) {
    options_.offline = true;
    EXPECT_EQ(Failure("hf://org/name").code, ErrorCode::kNotFound);
    EXPECT_EQ(hub_.api_requests, 0);
    options_.offline = false;
    const FetchedModel online = OrThrow(FetchModel("hf://org/name:Q8_0", options_));
    environment_["HF_HUB_OFFLINE"] = "1";
    const int asked = hub_.api_requests;
    EXPECT_EQ(OrThrow(FetchModel("hf://org/name:Q8_0", options_)).path, online.path);
    EXPECT_EQ(OrThrow(FetchModel("hf://org/name", options_)).path, online.path);
    EXPECT_THAT(Failure("hf://org/name:Q4_K_M").message, HasSubstr("name-Q8_0.gguf"));
    EXPECT_EQ(hub_.api_requests, asked);
    environment_.erase("HF_HUB_OFFLINE");
    environment_["HF_ENDPOINT"] = "http://127.0.0.1:1";  // nobody is there
    EXPECT_EQ(OrThrow(FetchModel("hf://org/name:Q8_0", options_)).path, online.path);
}

TEST_F(FetchTest, SendsTheTokenToTheHubAlone) {
    hub_.required_token = "hf_secret";
    fs::create_directories(root_ / ".cache/huggingface");
    std::ofstream(root_ / ".cache/huggingface/token") << "hf_secret\n";
    OrThrow(FetchModel("hf://org/name:Q8_0", options_));
    EXPECT_FALSE(hub_.token_left_the_hub);
}

TEST_F(FetchTest, SaysWhatToDoAboutARefusal) {
    hub_.required_token = "other";
    EXPECT_THAT(Failure("hf://org/name").message, HasSubstr("set HF_TOKEN"));
    environment_["HF_TOKEN"] = "hf_secret";
    EXPECT_THAT(Failure("hf://org/name").message, HasSubstr("check that the token may read it"));
    hub_.error_code = "GatedRepo";
    hub_.error_status = 403;
    const Error gated = Failure("hf://org/name");
    EXPECT_EQ(gated.code, ErrorCode::kPermissionDenied);
    EXPECT_THAT(gated.message, HasSubstr("accept its terms at " + hub_.endpoint() + "/org/name"));
    EXPECT_THAT(gated.ToString(), Not(HasSubstr("hf_secret")));
    hub_.required_token.clear();
    EXPECT_THAT(Failure("hf://org/name@v9").message, HasSubstr("no revision 'v9'"));
    EXPECT_EQ(Failure("hf://org/other").code, ErrorCode::kNotFound);
    EXPECT_THAT(Failure("hf://org/name:Q2_K").message, HasSubstr("name-Q4_K_M.gguf"));
}

TEST_F(FetchTest, RefusesPathsThatLeaveTheCache) {
    hub_.files = {{"../../evil.gguf", {"x"}}};
    EXPECT_EQ(Failure("hf://org/name").code, ErrorCode::kCorrupt);
}

TEST_F(FetchTest, DownloadsOnceForTwoAtTheSameTime) {
    std::vector<std::jthread> both;
    for (int i = 0; i < 2; ++i) {
        both.emplace_back([this] {
            FetchOptions own = options_;
            own.sleep = nullptr;
            EXPECT_EQ(ReadFile(OrThrow(FetchModel("hf://org/name:Q8_0", own)).path),
                      Content(300000, 1));
        });
    }
    both.clear();
    EXPECT_EQ(hub_.cdn_requests, 1);
}

TEST_F(FetchTest, StopsWhenCancelled) {
    options_.cancelled = [] { return true; };
    EXPECT_EQ(Failure("hf://org/name:Q8_0").code, ErrorCode::kCancelled);
}

TEST_F(FetchTest, RefusesBeforeTheDiskIsFull) {
    const auto result = CheckDiskSpace(root_ / "not/there/yet", uint64_t{1} << 62);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kResourceExhausted);
    EXPECT_THAT(result.error().message, HasSubstr("4611686018427387904 bytes"));
    EXPECT_TRUE(CheckDiskSpace(root_, 1));
}

TEST_F(FetchTest, BringsFilesOfWebServers) {
    const std::string content = Content(100000, 9);
    std::atomic<int> requests{0};
    ServerOptions server_options;
    HttpServer server(server_options, [&](const std::shared_ptr<Exchange>& x) {
        const int request = requests++;
        if (x->request().path == "/secret.gguf") return x->Respond(401, {}, "");
        const std::string range(x->request().headers.Get("Range"));
        Headers headers{{"ETag", "\"v1\""}};
        if (request == 0) {
            headers.Add("Content-Length", "100000");
            auto stream = x->StartStream(200, headers);
            stream->Write(content.substr(0, 40000));
            return stream->Close();
        }
        if (range != "bytes=40000-" || x->request().headers.Get("If-Range") != "\"v1\"") {
            return x->Respond(200, headers, content);
        }
        headers.Add("Content-Range", "bytes 40000-99999/100000");
        x->Respond(206, headers, content.substr(40000));
    });
    OrThrow(server.Start());
    const std::string base = fmt::format("http://127.0.0.1:{}", server.port());
    const FetchedModel model = OrThrow(FetchModel(base + "/m.gguf", options_));
    EXPECT_EQ(ReadFile(model.path), content);
    EXPECT_EQ(model.downloaded_bytes, 100000u);
    EXPECT_EQ(requests, 2);
    options_.offline = true;
    EXPECT_EQ(OrThrow(FetchModel(base + "/m.gguf", options_)).path, model.path);
    EXPECT_EQ(Failure(base + "/other.gguf").code, ErrorCode::kNotFound);
    options_.offline = false;
    OrThrow(FetchModel(base + "/m.gguf?sha256=" + Sha256Hex(content), options_));
    EXPECT_EQ(Failure(base + "/m.gguf?sha256=" + Sha256Hex("x")).code, ErrorCode::kCorrupt);
    EXPECT_EQ(Failure(base + "/secret.gguf").code, ErrorCode::kUnauthenticated);
}

TEST_F(FetchTest, TakesLocalPaths) {
    std::ofstream(root_ / "a.gguf") << "abc";
    EXPECT_EQ(OrThrow(FetchModel((root_ / "a.gguf").string(), options_)).path, root_ / "a.gguf");
    EXPECT_EQ(OrThrow(FetchModel("file://" + root_.string() + "/a.gguf", options_)).path,
              root_ / "a.gguf");
    EXPECT_EQ(Failure("/no/such.gguf").code, ErrorCode::kNotFound);
    options_.sha256 = Sha256Hex("abd");
    EXPECT_EQ(Failure((root_ / "a.gguf").string()).code, ErrorCode::kCorrupt);
}

/// S3 of one bucket, which checks every signature by signing the request again.
struct FakeS3 {
    FakeS3() : server({}, [this](const std::shared_ptr<Exchange>& x) { Answer(x); }) {
        OrThrow(server.Start());
    }
    std::string endpoint() const { return fmt::format("http://127.0.0.1:{}", server.port()); }

    void Answer(const std::shared_ptr<Exchange>& x) {
        const ServerRequest& request = x->request();
        const std::string date(request.headers.Get("x-amz-date"));
        std::tm tm{};
        strptime(date.c_str(), "%Y%m%dT%H%M%SZ", &tm);
        Headers again;
        if (const auto* range = request.headers.Find("Range")) again.Add("Range", *range);
        SignAws({"AKID", "secret/key", "session"}, {"eu-west-1", "s3", timegm(&tm)}, "GET",
                OrThrow(ParseUrl(endpoint() + request.target)), "", again);
        // Range is added behind the signature, so it may be unsigned.
        Headers plain;
        SignAws({"AKID", "secret/key", "session"}, {"eu-west-1", "s3", timegm(&tm)}, "GET",
                OrThrow(ParseUrl(endpoint() + request.target)), "", plain);
        const std::string_view got = request.headers.Get("Authorization");
        if (got != again.Get("Authorization") && got != plain.Get("Authorization")) {
            return x->Respond(
                403, {},
                "<Error><Code>SignatureDoesNotMatch</Code><Message>a &amp; b</Message>"
                "</Error>");
        }
        if (request.path == "/bucket") return List(x);
        const auto found = objects.find(request.path.substr(8));
        if (found == objects.end())
            return x->Respond(404, {}, "<Error><Code>NoSuchKey</Code></Error>");
        x->Respond(200, {{"ETag", "\"e\""}}, found->second);
    }

    void List(const std::shared_ptr<Exchange>& x) {
        const std::string prefix(x->request().Query("prefix").value_or(""));
        const std::string after(x->request().Query("continuation-token").value_or(""));
        std::string xml = "<ListBucketResult>";
        int count = 0;
        for (const auto& [key, content] : objects) {
            if (!key.starts_with(prefix) || key <= after) continue;
            if (count++ == 1) {
                xml += "<NextContinuationToken>" + last + "</NextContinuationToken>";
                break;
            }
            last = key;
            xml += fmt::format(
                "<Contents><Key>{}</Key><Size>{}</Size><ETag>&quot;e&quot;</ETag>"
                "</Contents>",
                key, content.size());
        }
        x->Respond(200, {}, xml + "</ListBucketResult>");
    }

    std::map<std::string, std::string> objects;
    std::string last;
    HttpServer server;
};

TEST_F(FetchTest, BringsModelsOfS3WithSignedRequests) {
    FakeS3 s3;
    s3.objects = {{"models/a b/m-Q8_0.gguf", Content(5000, 1)},
                  {"models/a b/m-Q4_0-00001-of-00002.gguf", Content(6000, 2)},
                  {"models/a b/m-Q4_0-00002-of-00002.gguf", Content(7000, 3)}};
    environment_["AWS_ENDPOINT_URL"] = s3.endpoint();
    environment_["AWS_REGION"] = "eu-west-1";
    EXPECT_THAT(Failure("s3://bucket/models/a b").message, HasSubstr("AWS_ACCESS_KEY_ID"));
    fs::create_directories(root_ / ".aws");
    std::ofstream(root_ / ".aws/credentials")
        << "[default]\naws_access_key_id = AKID\naws_secret_access_key=wrong\n"
           "aws_session_token = session\n[good]\naws_access_key_id = AKID\n"
           "aws_secret_access_key=secret/key\naws_session_token = session\n";
    const Error refused = Failure("s3://bucket/models/a b");
    EXPECT_EQ(refused.code, ErrorCode::kPermissionDenied);
    EXPECT_THAT(refused.message, HasSubstr("SignatureDoesNotMatch: a & b"));
    environment_["AWS_PROFILE"] = "good";
    const FetchedModel split = OrThrow(FetchModel("s3://bucket/models/a b:Q4_0", options_));
    EXPECT_EQ(split.files.size(), 2u);
    EXPECT_EQ(ReadFile(split.files[1]), Content(7000, 3));
    const FetchedModel one = OrThrow(FetchModel(
        "s3://bucket/models/a b/m-Q8_0.gguf?sha256=" + Sha256Hex(Content(5000, 1)), options_));
    EXPECT_EQ(ReadFile(one.path), Content(5000, 1));
    EXPECT_EQ(Failure("s3://bucket/models/none.gguf").code, ErrorCode::kNotFound);
}

TEST_F(FetchTest, FindsAwsCredentialsOfPodsAndContainers) {
    HttpServer server({}, [](const std::shared_ptr<Exchange>& x) {
        if (x->request().path == "/sts") {
            const bool good = x->request().body.find("WebIdentityToken=jwt") != std::string::npos;
            return x->Respond(good ? 200 : 400, {},
                              "<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>B"
                              "</SecretAccessKey><SessionToken>C</SessionToken></Credentials>");
        }
        if (x->request().headers.Get("Authorization") != "pod") return x->Respond(401, {}, "");
        x->Respond(200, {},
                   R"({"AccessKeyId":"D","SecretAccessKey":"E","Token":"F","Expiration":"x"})");
    });
    OrThrow(server.Start());
    const std::string base = fmt::format("http://127.0.0.1:{}", server.port());
    HttpClient client;
    EXPECT_TRUE(OrThrow(FindAwsCredentials(client, options_)).empty());
    environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = base + "/pod";
    EXPECT_EQ(FindAwsCredentials(client, options_).error().code, ErrorCode::kUnauthenticated);
    environment_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "pod";
    EXPECT_EQ(OrThrow(FindAwsCredentials(client, options_)).session_token, "F");
    std::ofstream(root_ / "jwt") << "jwt\n";
    environment_["AWS_WEB_IDENTITY_TOKEN_FILE"] = root_ / "jwt";
    environment_["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r";
    environment_["AWS_ENDPOINT_URL_STS"] = base + "/sts";
    EXPECT_EQ(OrThrow(FindAwsCredentials(client, options_)).secret_key, "B");
}

// The examples of "Signature Calculations for the Authorization Header", Amazon S3 API reference.
TEST(SigV4, GivesThePublishedSignatures) {
    const AwsCredentials credentials{"AKIAIOSFODNN7EXAMPLE",
                                     "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
    const SigningScope scope{"us-east-1", "s3", 1369353600};  // 2013-05-24
    const auto sign = [&](const char* method, const char* target, std::string_view payload,
                          Headers headers) {
        const Url url =
            OrThrow(ParseUrl(std::string("https://examplebucket.s3.amazonaws.com") + target));
        SignAws(credentials, scope, method, url, payload, headers);
        const std::string value(headers.Get("Authorization"));
        return value.substr(value.find("Signature=") + 10);
    };
    EXPECT_EQ(sign("GET", "/test.txt", "", {{"Range", "bytes=0-9"}}),
              "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    EXPECT_EQ(sign("GET", "/?lifecycle", "", {}),
              "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    EXPECT_EQ(sign("GET", "/?max-keys=2&prefix=J", "", {}),
              "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    EXPECT_EQ(sign("PUT", "/test%24file.text", "Welcome to Amazon S3.",
                   {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                    {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}),
              "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(ModelUri, ReadsEveryKind) {
    const ModelUri hub = OrThrow(ParseModelUri("hf://org/na.me@refs/pr/1:dir/x-Q4_0.gguf"));
    EXPECT_EQ(hub.repo, "org/na.me");
    EXPECT_EQ(hub.revision, "refs/pr/1");
    EXPECT_EQ(hub.selector, "dir/x-Q4_0.gguf");
    EXPECT_EQ(OrThrow(ParseModelUri("hf://gpt2")).revision, "main");
    const std::string sha(64, 'A');
    const ModelUri http = OrThrow(ParseModelUri("https://h/x.gguf?a=1&sha256=" + sha + "&b=2"));
    EXPECT_EQ(http.url, "https://h/x.gguf?a=1&b=2");
    EXPECT_EQ(http.sha256, std::string(64, 'a'));
    const ModelUri s3 = OrThrow(ParseModelUri("s3://bucket/a/b:Q8_0"));
    EXPECT_EQ(s3.key, "a/b");
    EXPECT_EQ(s3.selector, "Q8_0");
    EXPECT_EQ(OrThrow(ParseModelUri("file:///a%20b")).path, "/a b");
    EXPECT_EQ(OrThrow(ParseModelUri("C:x y")).path, "C:x y");
    for (const char* bad :
         {"", "hf://", "hf://a/b/c", "hf://../x", "hf://a/b:", "hf://a/b@", "hf://a/b@../x",
          "s3://b", "s3:///k", "file://x", "gs://b/k", "https://h/x?sha256=12", "hf://a b/c"}) {
        EXPECT_FALSE(ParseModelUri(bad)) << bad;
    }
}

TEST(ChooseFiles, FindsQuantsSplitSetsAndModels) {
    const auto names = [](const std::vector<std::string>& paths, std::string_view selector) {
        std::vector<RepoFile> files;
        for (const std::string& path : paths) files.push_back({path, 1});
        const auto chosen = ChooseFiles(files, selector);
        if (!chosen) return std::string(ToString(chosen.error().code));
        std::string out = chosen->is_directory ? "dir:" : "";
        for (const RepoFile& file : chosen->files) out += " " + file.path;
        return out;
    };
    const std::vector<std::string> repo{"m-Q4_K_M.gguf",
                                        "m-Q4_K_S.gguf",
                                        "mmproj-Q8_0.gguf",
                                        "BF16/m-BF16-00002-of-00002.gguf",
                                        "BF16/m-BF16-00001-of-00002.gguf",
                                        "README.md"};
    EXPECT_EQ(names(repo, ""), " m-Q4_K_M.gguf");
    EXPECT_EQ(names(repo, "q4_k_s"), " m-Q4_K_S.gguf");
    EXPECT_EQ(names(repo, "Q4_K"), "not_found");
    EXPECT_EQ(names(repo, "Q8_0"), "not_found");
    EXPECT_EQ(names(repo, "bf16"),
              " BF16/m-BF16-00001-of-00002.gguf BF16/m-BF16-00002-of-00002.gguf");
    EXPECT_EQ(names(repo, "m-BF16-00002-of-00002.gguf"),
              " BF16/m-BF16-00001-of-00002.gguf BF16/m-BF16-00002-of-00002.gguf");
    EXPECT_EQ(names({"x-00001-of-00002.gguf"}, ""), "corrupt");
    EXPECT_EQ(names({"strange.gguf"}, ""), " strange.gguf");
    EXPECT_EQ(names({"config.json", "model.safetensors", "consolidated.safetensors", "x.bin"}, ""),
              "dir: config.json model.safetensors");
    EXPECT_EQ(names({"config.json", "model-00001-of-00002.safetensors"}, ""), "corrupt");
    EXPECT_EQ(names({"config.json", "pytorch_model.bin"}, ""), "not_found");
}

}  // namespace
}  // namespace argosy
