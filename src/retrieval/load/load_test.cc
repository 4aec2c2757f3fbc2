#include "retrieval/load/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <map>

#include "net/http_server.h"
#include "retrieval/load/glob.h"
#include "retrieval/load/subprocess.h"
#include "retrieval/load/testing/loaded.h"
#include "retrieval/load/testing/make_pdf.h"

namespace argosy::retrieval {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

std::vector<std::string> Texts(const testing::Loaded& loaded) {
    std::vector<std::string> texts;
    for (const Document& document : loaded.documents) texts.push_back(document.text);
    return texts;
}

TEST(Glob, MatchesPaths) {
    EXPECT_TRUE(MatchesGlob("docs/**/*.md", "docs/a/b/c.md"));
    EXPECT_TRUE(MatchesGlob("docs/**/*.md", "docs/c.md"));
    EXPECT_TRUE(MatchesGlob("a/**", "a/b/c"));
    EXPECT_TRUE(MatchesGlob("[a-c]?[!x]*.csv", "b12.csv"));
    EXPECT_FALSE(MatchesGlob("docs/*.md", "docs/a/b.md"));
    EXPECT_FALSE(MatchesGlob("docs/**/*.md", "docs/.git/b.md"));
    EXPECT_FALSE(MatchesGlob("*", ".hidden"));
    EXPECT_FALSE(MatchesGlob("[a-c].csv", "d.csv"));
    EXPECT_TRUE(MatchesGlob("[", "["));
    EXPECT_EQ(GlobRoot("docs/a*/b"), "docs/");
    EXPECT_EQ(GlobRoot("*.md"), "");
}

class LoadTest : public ::testing::Test {
  protected:
    testing::TestFolder folder_;
    LoadOptions options_;
};

TEST_F(LoadTest, ReadsFoldersAndPatterns) {
    folder_.Write("b.txt", "b");
    folder_.Write("a/c.md", "c");
    folder_.Write("a/d.html", "<p>d");
    folder_.Write("a/e.png", "x");
    folder_.Write(".git/f.txt", "f");
    const auto all = testing::LoadAll(folder_.path());
    EXPECT_THAT(Texts(all), ElementsAre("c", "d", "b"));
    EXPECT_THAT(all.documents[0].id, EndsWith("/a/c.md"));
    EXPECT_EQ(all.report.files, 3u);
    EXPECT_EQ(all.report.notes.total, 1u);
    EXPECT_TRUE(all.report.whole());
    EXPECT_THAT(Texts(testing::LoadAll(folder_.path() + "/**/*.[mt]*")), ElementsAre("c", "b"));
    EXPECT_THAT(Texts(testing::LoadAll("file://" + folder_.path() + "/b.txt")), ElementsAre("b"));
}

TEST_F(LoadTest, ReportsWhatIsNotThere) {
    for (const char* name : {"/none", "/*.none"}) {
        const auto loaded = testing::LoadAll(folder_.path() + name);
        EXPECT_FALSE(loaded.report.whole()) << name;
        EXPECT_THAT(loaded.problems(), ElementsAre(HasSubstr(name)));
    }
    EXPECT_THAT(testing::LoadAll(folder_.Write("a.bin", "x")).problems(),
                ElementsAre(HasSubstr("say which it is")));
    options_.kind = ContentKind::kText;
    EXPECT_THAT(Texts(testing::LoadAll(folder_.path(), options_)), ElementsAre("x"));
    options_.max_document_bytes = 2;
    folder_.Write("a.bin", "xxx");
    EXPECT_THAT(testing::LoadAll(folder_.path(), options_).problems(),
                ElementsAre(HasSubstr("larger than 2 B")));
}

TEST_F(LoadTest, ReadsPdfPageByPage) {
    const auto path = folder_.Write("-a.pdf", testing::MakePdf({"One page", "", "Page three"}));
    const auto loaded = testing::LoadAll(path);
    EXPECT_THAT(loaded.problems(), IsEmpty());
    ASSERT_THAT(Texts(loaded), ElementsAre("One page", "Page three"));
    EXPECT_THAT(loaded.documents[1].id, EndsWith("-a.pdf#page=3"));
    EXPECT_EQ(loaded.documents[1].metadata.at("page"), json::value(3));
    EXPECT_EQ(loaded.report.notes.total, 1u);
}

TEST_F(LoadTest, ReportsPdfsThatCannotBeRead) {
    EXPECT_THAT(testing::LoadAll(folder_.Write("a.pdf", "no pdf")).problems(),
                ElementsAre(HasSubstr("a.pdf#page=1: pdftotext cannot read it")));
    options_.pdf.program = "no-such-pdftotext";
    EXPECT_THAT(testing::LoadAll(folder_.path() + "/a.pdf", options_).problems(),
                ElementsAre(HasSubstr("install poppler-utils")));
}

// What a hostile file could make of the program, played by scripts.
TEST_F(LoadTest, BoundsTheProgramThatReadsPdfs) {
    const std::string pdf = folder_.Write("a.pdf", "x");
    options_.pdf.program = folder_.Write("program", "");
    const auto problem_of = [&](const std::string& script) {
        folder_.Write("program", "#!/bin/sh\n" + script);
        ::chmod(options_.pdf.program.c_str(), 0700);
        const auto loaded = testing::LoadAll(pdf, options_);
        return fmt::format("{} {}", loaded.documents.size(),
                           loaded.report.problems.total > 0 ? loaded.problems()[0] : "");
    };
    options_.pdf.time = 300ms;
    EXPECT_THAT(problem_of("printf 'one\\f'; sleep 60"),
                HasSubstr("page=2: pdftotext took longer"));
    EXPECT_THAT(problem_of("sleep 60 & exec >&- 2>&-; wait"), HasSubstr("took longer"));
    options_.pdf.time = 20s;
    EXPECT_THAT(problem_of("printf 'one\\f'; kill -SEGV $$"), HasSubstr("1 " + pdf + "#page=2: "));
    EXPECT_THAT(problem_of("echo 'Incorrect password' >&2; exit 1"), HasSubstr("encrypted"));
    EXPECT_THAT(problem_of("echo x > " + folder_.path() + "/out || exit 9"),
                HasSubstr("pdftotext"));  // no file can grow
    EXPECT_EQ(problem_of("test \"$(cat)\" = x && test -z \"$HOME\" && printf 'p\\f'"), "1 ");
    options_.max_document_bytes = 1000;
    EXPECT_THAT(problem_of("yes"), HasSubstr("more text"));
    options_.pdf.memory_bytes = 1 << 20;
    EXPECT_THAT(problem_of("printf 'p\\f'"), HasSubstr("pdftotext"));
}

struct Site {
    explicit Site(std::string type, std::string body)
        : server({}, [=, this](const std::shared_ptr<Exchange>& x) {
              if (++asked <= busy) return x->Respond(503, {{"Retry-After", "0"}}, "");
              if (x->request().path == "/gone") return x->Respond(404, {}, "no");
              x->Respond(200, {{"Content-Type", type}}, body);
          }) {
        OrThrow(server.Start());
    }
    std::string Url(const std::string& path) const {
        return fmt::format("http://127.0.0.1:{}{}", server.port(), path);
    }
    std::atomic<int> asked{0};
    std::atomic<int> busy{0};
    HttpServer server;
};

TEST_F(LoadTest, ReadsUrlsByTheirContentType) {
    options_.allow_private_addresses = true;
    const Site page("text/html; charset=utf-8", "<title>T</title><p>x");
    const auto loaded = testing::LoadAll(page.Url("/a?b=c"), options_);
    ASSERT_EQ(loaded.documents.size(), 1u) << loaded.report.ToJson();
    EXPECT_EQ(loaded.documents[0].title, "T");
    EXPECT_EQ(loaded.documents[0].id, page.Url("/a?b=c"));
    const Site table("text/plain", "id,text\n1,a\n2,b\n");
    EXPECT_THAT(Texts(testing::LoadAll(table.Url("/a.csv"), options_)), ElementsAre("a", "b"));
    EXPECT_EQ(testing::LoadAll(table.Url("/a"), options_).documents.size(), 1u);
    const Site picture("image/png", "x");
    EXPECT_THAT(testing::LoadAll(picture.Url("/a"), options_).problems(),
                ElementsAre(HasSubstr("'image/png', which is not read")));
    options_.max_file_bytes = 10;
    EXPECT_THAT(testing::LoadAll(table.Url("/a"), options_).problems(),
                ElementsAre(HasSubstr("larger than the limit of 10 B")));
}

TEST_F(LoadTest, TriesUrlsAgainAndReportsTheirFailure) {
    options_.allow_private_addresses = true;
    Site site("text/plain", "x");
    site.busy = 2;
    EXPECT_THAT(Texts(testing::LoadAll(site.Url("/a"), options_)), ElementsAre("x"));
    EXPECT_THAT(testing::LoadAll(site.Url("/gone"), options_).problems(),
                ElementsAre(HasSubstr("status 404")));
}

TEST_F(LoadTest, KeepsUrlsFromPrivateAddresses) {
    const Site site("text/plain", "secret");
    const auto loaded = testing::LoadAll(site.Url("/a"), options_);
    EXPECT_THAT(loaded.documents, IsEmpty());
    EXPECT_THAT(loaded.problems(), ElementsAre(HasSubstr("private network")));
    EXPECT_EQ(site.asked, 0);
}

// Lists and gives the objects of one bucket; asks for a signature.
struct FakeS3 {
    FakeS3() : server({}, [this](const std::shared_ptr<Exchange>& x) { Answer(x); }) {
        OrThrow(server.Start());
    }
    void Answer(const std::shared_ptr<Exchange>& x) const {
        if (!x->request().headers.Get("Authorization").starts_with("AWS4-HMAC-SHA256 ")) {
            return x->Respond(403, {}, "<Error><Code>AccessDenied</Code></Error>");
        }
        if (x->request().path != "/bucket") {
            const auto found = objects.find(x->request().path.substr(8));
            if (found == objects.end()) return x->Respond(404, {}, "<Code>NoSuchKey</Code>");
            return x->Respond(200, {}, found->second);
        }
        const std::string prefix(x->request().Query("prefix").value_or(""));
        std::string xml = "<ListBucketResult>";
        for (const auto& [key, content] : objects) {
            if (!key.starts_with(prefix)) continue;
            xml += fmt::format("<Contents><Key>{}</Key><Size>{}</Size></Contents>", key,
                               content.size());
        }
        x->Respond(200, {}, xml + "</ListBucketResult>");
    }
    std::map<std::string, std::string> objects;
    HttpServer server;
};

TEST_F(LoadTest, ReadsObjectsOfS3) {
    FakeS3 s3;
    s3.objects = {{"docs/", ""},
                  {"docs/a.txt", "a"},
                  {"docs/b.md", "b"},
                  {"docs/c.png", "c"},
                  {"docs/a.txt.bak", "no"}};
    std::map<std::string, std::string> variables = {
        {"AWS_ENDPOINT_URL", fmt::format("http://127.0.0.1:{}", s3.server.port())},
        {"AWS_ACCESS_KEY_ID", "A"},
        {"AWS_SECRET_ACCESS_KEY", "S"}};
    options_.environment = [&](const char* name) { return variables[name]; };
    const auto all = testing::LoadAll("s3://bucket/docs/", options_);
    EXPECT_THAT(Texts(all), ElementsAre("a", "b"));
    EXPECT_EQ(all.documents[0].id, "s3://bucket/docs/a.txt");
    EXPECT_EQ(all.report.notes.total, 2u);
    EXPECT_THAT(Texts(testing::LoadAll("s3://bucket/docs/a.txt", options_)), ElementsAre("a"));
    EXPECT_THAT(Texts(testing::LoadAll("s3://bucket/**/*.md", options_)), ElementsAre("b"));
    EXPECT_THAT(testing::LoadAll("s3://bucket/none", options_).problems(),
                ElementsAre("s3://bucket/none: no such object"));
    variables.erase("AWS_ACCESS_KEY_ID");
    variables["HOME"] = folder_.path();
    EXPECT_THAT(testing::LoadAll("s3://bucket/docs/", options_).problems(),
                ElementsAre(HasSubstr("no AWS credentials were found")));
}

TEST(FindProgram, LooksInThePath) {
    EXPECT_EQ(FindProgram("sh", "/none::/bin"), "/bin/sh");
    EXPECT_EQ(FindProgram("/bin/sh", ""), "/bin/sh");
    EXPECT_EQ(FindProgram("no-such-program", "/bin"), "");
}

}  // namespace
}  // namespace argosy::retrieval
