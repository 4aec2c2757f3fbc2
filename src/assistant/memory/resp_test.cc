#include "assistant/memory/resp.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace argosy::assistant {
namespace {

using Kind = RespValue::Kind;

TEST(Resp, ReadsEveryKind) {
    RespValue value;
    EXPECT_EQ(*ParseReply("+OK\r\nrest", value), 5u);
    EXPECT_EQ(value.text, "OK");
    EXPECT_EQ(*ParseReply("-ERR no\r\n", value), 9u);
    EXPECT_EQ(value.kind, Kind::kError);
    EXPECT_EQ(*ParseReply(":-12\r\n", value), 6u);
    EXPECT_EQ(value.integer, -12);
    EXPECT_EQ(*ParseReply("$4\r\na\r\nb\r\n", value), 10u);
    EXPECT_EQ(value.text, "a\r\nb");
    EXPECT_EQ(*ParseReply("$-1\r\n", value), 5u);
    EXPECT_EQ(value.kind, Kind::kNull);
    EXPECT_EQ(*ParseReply("*2\r\n:1\r\n*0\r\n", value), 12u);
    EXPECT_EQ(value.items.size(), 2u);
}

TEST(Resp, RefusesWhatIsNone) {
    RespValue value;
    for (const char* bytes :
         {"hello\r\n", ":x\r\n", "$-2\r\n", "*-5\r\n", "\r\n", "+a\rb", "$1\r\nabc\r\n",
          "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"
          "*1\r\n:1\r\n"}) {
        EXPECT_FALSE(ParseReply(bytes, value)) << bytes;
    }
    EXPECT_FALSE(ParseReply("$99999999999\r\n", value));
    EXPECT_EQ(*ParseReply("*1000000000\r\n", value), 0u);
}

rc::Gen<RespValue> AnyValue(int depth) {
    return rc::gen::exec([depth] {
        RespValue value;
        const int kind = *rc::gen::inRange(0, depth > 0 ? 4 : 3);
        if (kind == 0) value = {Kind::kInteger, "", *rc::gen::arbitrary<int64_t>(), {}};
        if (kind == 1) value = {Kind::kBulk, *rc::gen::string<std::string>(), 0, {}};
        if (kind == 3) {
            value.kind = Kind::kArray;
            value.items = *rc::gen::container<std::vector<RespValue>>(AnyValue(depth - 1));
        }
        return value;
    });
}

RC_GTEST_PROP(Resp, ReadsWhatItWritesOnlyOnceItIsWhole, ()) {
    const RespValue value = *AnyValue(2);
    const std::string bytes = EncodeReply(value);
    RespValue read;
    RC_ASSERT(*ParseReply(bytes + "+more\r\n", read) == bytes.size());
    RC_ASSERT(read == value);
    const auto cut = *rc::gen::inRange<size_t>(0, bytes.size());
    RC_ASSERT(*ParseReply(std::string_view(bytes).substr(0, cut), read) == 0u);
}

}  // namespace
}  // namespace argosy::assistant
