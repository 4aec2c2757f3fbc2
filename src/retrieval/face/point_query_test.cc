#include "retrieval/face/point_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "retrieval/face/multipart.h"

namespace argosy::retrieval::face {
namespace {

using testing::HasSubstr;

json::object Json(std::string_view text) { return OrThrow(ParseJson(text)).as_object(); }

PointSchema Schema() {
    return OrThrow(ParseSchema("c", Json(R"({"vectors":{"d":{"size":2,"distance":"Cosine"}},
                                             "sparse_vectors":{"s":{"modifier":"idf"},"t":{}}})")));
}

TEST(PointId, IsANumberOrAUuid) {
    const auto text = [](std::string_view json) {
        return ToText(OrThrow(ParsePointId(OrThrow(ParseJson(json)))));
    };
    EXPECT_EQ(text("17"), "17");
    EXPECT_EQ(text("18446744073709551615"), "18446744073709551615");
    const std::string uuid = "5c56c793-69f3-4fbf-87e6-c4bf54c28c26";
    EXPECT_EQ(text(R"("5C56C79369F34FBF87E6C4BF54C28C26")"), uuid);
    EXPECT_EQ(text(R"("urn:uuid:5c56c793-69f3-4fbf-87e6-c4bf54c28c26")"), uuid);
    for (const char* wrong :
         {"-1", "1.5", "\"17\"", "\"5c56c793\"", "null", "true", "[]",
          "\"5c56c793-69f3-4fbf-87e6-c4bf54c28c2g\"", "\"5c56c793469f3-4fbf-87e6-c4bf54c28c26\""}) {
        const auto id = ParsePointId(OrThrow(ParseJson(wrong)));
        ASSERT_FALSE(id) << wrong;
        EXPECT_EQ(id.error().code, ErrorCode::kInvalidArgument);
    }
    EXPECT_LT(PointId{.number = UINT64_MAX}, PointId{.uuid = uuid});
}

TEST(PointSchema, IsWhatItWasAfterTheStoreKeptIt) {
    const auto kept = SchemaOf(Schema().config);
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->dense, "d");
    EXPECT_EQ(kept->config.dimensions, 2U);
    EXPECT_EQ(kept->sparse, (std::map<std::string, bool>{{"s", true}, {"t", false}}));
    EXPECT_FALSE(SchemaOf({.name = "a knowledge base's"}));
}

TEST(Point, IsWhatItWasAfterTheStoreKeptIt) {
    const auto point = OrThrow(ParsePoint(
        Schema(), Json(R"({"id":7,"vector":{"d":[3,4],"s":{"indices":[9,1],"values":[0.5,2]}},
                           "payload":{"text":"a hat","n":1}})"),
        "points[0]"));
    EXPECT_FLOAT_EQ(point.dense[0], 0.6F);
    const StoredDocument document = ToDocument(point);
    EXPECT_EQ(document.chunks[0].chunk.text, "a hat");
    const Point back = OrThrow(FromChunk(document.chunks[0]));
    EXPECT_EQ(back.id, point.id);
    EXPECT_EQ(back.payload, point.payload);
    EXPECT_EQ(back.sparse, point.sparse);
    EXPECT_EQ(back.sparse.at("s")[0].first, 1U);
}

TEST(Point, SaysWhereItIsWrong) {
    const std::pair<const char*, const char*> wrong[] = {
        {R"({"points":[{"id":1,"vector":{"d":[1,2]}},{"id":2,"vector":{"d":[1]}}]})", "points[1]"},
        {R"({"points":[{"id":1,"vector":{"x":[1,2]}}]})", "vector.x"},
        {R"({"points":[{"id":1,"vector":[1,2]}]})", "by the name of \"d\""},
        {R"({"points":[{"id":1,"vector":{}}]})", "needs the vector"},
        {R"({"points":[{"id":1,"vector":{"d":[1,2],"s":{"indices":[1,1],"values":[1,1]}}}]})",
         "must be there once"},
        {R"({"points":[{"id":1,"vector":{"d":[1,"x"]}}]})", "finite"},
        {R"({"batch":{"ids":[1,2],"vectors":{"d":[[1,2]]}}})", "fewer vectors"},
        {R"({})", "points"}};
    for (const auto& [body, words] : wrong) {
        const auto points = ParsePoints(Schema(), Json(body));
        ASSERT_FALSE(points) << body;
        EXPECT_THAT(points.error().ToString(), HasSubstr(words)) << body;
    }
}

TEST(SparseIndex, ForgetsWhatWasTakenOutAndCountsItNoMore) {
    SparseIndex index(true);
    for (uint64_t n = 0; n < 100; ++n) index.Set({.number = n}, {{1, 1.0F}, {2 + n % 2, 2.0F}});
    for (uint64_t n = 0; n < 99; ++n) index.Remove({.number = n});
    index.Set({.number = 99}, {{1, 0.5F}});
    const auto hits = index.Search({{1, 1.0F}, {3, 1.0F}});
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].id.number, 99U);
    EXPECT_FLOAT_EQ(hits[0].score, 0.5F * std::log(1 + 0.5F / 1.5F));
}

TEST(PointQuery, IsReadWithItsPrefetches) {
    const auto query =
        OrThrow(ParseQuery(Schema(), Json(R"({"prefetch":[{"query":[1,0],"using":"d","limit":5},
                                       {"query":{"indices":[1],"values":[1]},"using":"s"}],
                           "query":{"rrf":{"k":7,"weights":[1,2]}},"limit":3,"offset":1,
                           "score_threshold":0.5,"with_payload":["a"],
                           "filter":{"must":[{"has_id":[4]}]}})")));
    ASSERT_EQ(query.prefetch.size(), 2U);
    EXPECT_EQ(query.prefetch[0].limit, 5U);
    EXPECT_TRUE(std::holds_alternative<SparseVector>(query.prefetch[1].query));
    EXPECT_EQ(std::get<RankFusion>(query.query).k, 7);
    EXPECT_EQ(query.offset, 1U);
    EXPECT_TRUE(Matches(query.filter, {{kIdMember, "4"}}));
    EXPECT_TRUE(query.payload.Has("a"));
    EXPECT_FALSE(query.vectors.any());
}

TEST(PointQuery, SaysWhatIsWrongOrNotDone) {
    const std::pair<const char*, const char*> wrong[] = {
        {R"({"query":[1,0,0],"using":"d"})", "expected dim: 2"},
        {R"({"query":[1,0],"using":"x"})", "x"},
        {R"({"query":{"recommend":{"positive":[1]}}})", "recommend"},
        {R"({"query":{"fusion":"dbsf"}})", "rrf"},
        {R"({"query":{"fusion":"rrf"}})", "prefetches"},
        {R"({"query":[1,0],"limit":-1})", "limit"},
        {R"({"query":[1,0],"filter":{"must":[{"has_id":3}]}})", "has_id"},
        {R"({"query":[1,0],"filter":{"must":[{"key":"g","geo_radius":{}}]}})", "geo_radius"}};
    for (const auto& [body, words] : wrong) {
        const auto query = ParseQuery(Schema(), Json(body));
        ASSERT_FALSE(query) << body;
        EXPECT_THAT(query.error().ToString(), HasSubstr(words)) << body;
    }
}

TEST(FormPart, FindsTheFileOfAForm) {
    const std::string type = "multipart/form-data; boundary=\"x-y\"";
    const std::string body =
        "--x-y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nother\r\n"
        "--x-y\r\ncontent-disposition: form-data; filename=\"f\"; name=\"snapshot\"\r\n"
        "Content-Type: x/y\r\n\r\nby\r\n--tes\r\n--x-y--\r\n";
    EXPECT_EQ(OrThrow(FormPart(type, body, "snapshot")), "by\r\n--tes");
    EXPECT_EQ(OrThrow(FormPart(type, body, "a")), "other");
    EXPECT_FALSE(FormPart(type, body, "none"));
    EXPECT_FALSE(FormPart("text/plain", body, "a"));
    EXPECT_FALSE(FormPart(type, body.substr(0, 60), "a"));
    EXPECT_FALSE(FormPart(type, "", "a"));
}

}  // namespace
}  // namespace argosy::retrieval::face
