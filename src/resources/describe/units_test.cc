#include "resources/describe/units.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "resources/describe/pattern.h"

namespace argosy::resources {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(Units, DurationsAreReadWithTheirUnits) {
    EXPECT_EQ(ParseDuration("250ms"), Duration(250));
    EXPECT_EQ(ParseDuration("1h30m"), Duration(minutes(90)));
    EXPECT_EQ(ParseDuration("30d"), Duration(hours(720)));
    for (const char* wrong :
         {"", "30", "s", "1.5h", "-1s", "1h 30m", "5 s", "99999999999s", "999999999d", "1y"}) {
        EXPECT_EQ(ParseDuration(wrong), std::nullopt) << wrong;
    }
    EXPECT_EQ(Format(Duration(minutes(90))), "1h30m");
    EXPECT_EQ(Format(Duration(0)), "0s");
}

TEST(Units, SizesAreThoseOfKubernetes) {
    EXPECT_EQ(ParseQuantity("8Gi")->value, int64_t{8} << 30);
    EXPECT_EQ(ParseQuantity("8G")->value, 8'000'000'000);
    EXPECT_EQ(ParseQuantity("1.5Ki")->value, 1536);
    EXPECT_EQ(ParseQuantity("4096")->value, 4096);
    for (const char* wrong : {"", "Gi", "8GiB", "8 Gi", "-1", "1e9", "8g", "9999999Ti"}) {
        EXPECT_EQ(ParseQuantity(wrong), std::nullopt) << wrong;
    }
    EXPECT_EQ(Format(Bytes{int64_t{8} << 30}), "8Gi");
}

TEST(Units, CpuAndMoneyAreExactDecimals) {
    EXPECT_EQ(ParseCpu("2")->value, 2000);
    EXPECT_EQ(ParseCpu("0.5")->value, 500);
    EXPECT_EQ(ParseCpu("1500m")->value, 1500);
    EXPECT_EQ(ParseCpu("m"), std::nullopt);
    EXPECT_EQ(ParseMoney("$12.50")->value, 12'500'000);
    EXPECT_EQ(ParseMoney("$0.000001")->value, 1);
    for (const char* wrong : {"12.50", "$", "$1.", "$.5", "$1,000", "$1.0000001"}) {
        EXPECT_EQ(ParseMoney(wrong), std::nullopt) << wrong;
    }
    EXPECT_EQ(Format(MicroDollars{12'500'000}), "$12.5");
}

RC_GTEST_PROP(Units, WhatIsWrittenIsReadAgainAndFitsThePattern, ()) {
    const auto value = *rc::gen::inRange<int64_t>(0, 999'999'999);
    const auto holds = [](const Unit& unit, const std::string& text) {
        return Matches(std::string(unit.pattern), text);
    };
    RC_ASSERT(ParseDuration(Format(Duration(value))) == Duration(value));
    RC_ASSERT(holds(kDurationUnit, Format(Duration(value))));
    RC_ASSERT(ParseQuantity(Format(Bytes{value << 18})) == Bytes{value << 18});
    RC_ASSERT(holds(kBytesUnit, Format(Bytes{value})));
    RC_ASSERT(ParseCpu(Format(MilliCpu{value})) == MilliCpu{value});
    RC_ASSERT(holds(kCpuUnit, Format(MilliCpu{value})));
    RC_ASSERT(ParseMoney(Format(MicroDollars{value})) == MicroDollars{value});
    RC_ASSERT(holds(kMoneyUnit, Format(MicroDollars{value})));
}

}  // namespace
}  // namespace argosy::resources
