#include "tune/progress.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "tune/loss_curve.h"

namespace argosy::tune {
namespace {

using namespace std::chrono_literals;

// What a training of one step a second writes.
std::string Written(bool terminal, int steps) {
    char* text = nullptr;
    size_t size = 0;
    std::FILE* out = open_memstream(&text, &size);
    {
        std::chrono::steady_clock::time_point now{};
        Progress progress(out, terminal, [&now] { return now; });
        for (int step = 1; step <= steps; ++step) {
            now += 1s;
            progress.Step(step, steps, 4.0 / step, 100);
            if (step == 2) progress.Evaluated(2.5);
        }
    }
    std::fclose(out);
    std::string written(text, size);
    free(text);
    return written;
}

TEST(Progress, WritesPlainLinesNowAndThenWhereThereIsNoTerminal) {
    EXPECT_EQ(Written(false, 25),
              "step 1/25  loss 4.0000\n"
              "step 11/25  loss 0.3636  eval 2.5000  100 tokens/s  14 s left\n"
              "step 21/25  loss 0.1905  eval 2.5000  100 tokens/s  4 s left\n"
              "step 25/25  loss 0.1600  eval 2.5000  100 tokens/s  0 s left\n");
}

TEST(Progress, DrawsOneLineOnATerminal) {
    const std::string written = Written(true, 3);
    EXPECT_NE(written.find("\r\x1b[K[########################] step 3/3"), std::string::npos);
    EXPECT_EQ(std::ranges::count(written, '\n'), 1);
}

TEST(Progress, TellsTimeByItsSize) {
    EXPECT_EQ(FormatDuration(45s), "45 s");
    EXPECT_EQ(FormatDuration(123s), "2:03");
    EXPECT_EQ(FormatDuration(3723s), "1:02:03");
}

TEST(LossCurve, TakesUpWhatAnEarlierProcessLogged) {
    char name[] = "/tmp/argosy_loss_curve_XXXXXX";
    const int file = mkstemp(name);
    std::ofstream(name) << R"({"event":"metrics","step":1,"metrics":{"train/loss":4.0}})" << "\n"
                        << R"({"event":"metrics","step":2,"metrics":{"train/loss":3.0}})" << "\n"
                        << R"({"event":"metrics","step":2,"metrics":{"eval/loss":3.5}})" << "\n"
                        << R"({"event":"metrics","step":3,"met)";  // a kill cut it off
    LossCurve curve = LossCurve::FromLog(name);
    curve.AddTrain(2, 2.0);  // trained again
    curve.AddTrain(3, 1.0);
    const auto plot = curve.Plot("run");
    ASSERT_EQ(plot.train.size(), 3u);
    EXPECT_EQ(plot.train[1].loss, 2.0);
    ASSERT_EQ(plot.eval.size(), 1u);
    EXPECT_EQ(curve.Sparkline(), "█▃▁ 4.0000 -> 1.0000");
    EXPECT_EQ(LossCurve().Sparkline(), "");
    ::close(file);
    ::unlink(name);
}

}  // namespace
}  // namespace argosy::tune
