#include "lifecycle/plot/loss_plot.h"

#include <gtest/gtest.h>
#include <png.h>

#include <cmath>
#include <cstdlib>

#include "lifecycle/plot/bitmap_font.h"
#include "lifecycle/plot/raster.h"
#include "lifecycle/plot/ticks.h"

namespace argosy::lifecycle {
namespace {

struct Picture {
    int width = 0, height = 0;
    std::vector<uint8_t> pixels;
    size_t Count(Colour colour) const {
        size_t count = 0;
        for (size_t i = 0; i + 2 < pixels.size(); i += 3) {
            count += pixels[i] == colour.red && pixels[i + 1] == colour.green &&
                     pixels[i + 2] == colour.blue;
        }
        return count;
    }
};

Picture Decode(const std::string& file) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    Picture picture;
    if (!png_image_begin_read_from_memory(&image, file.data(), file.size())) return picture;
    image.format = PNG_FORMAT_RGB;
    picture.pixels.resize(PNG_IMAGE_SIZE(image));
    if (!png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr)) return {};
    picture.width = static_cast<int>(image.width);
    picture.height = static_cast<int>(image.height);
    return picture;
}

LossPlot Example() {
    LossPlot plot{.title = "loyalty-lora: loss, rank 8 (Qwen3 0.6B)"};
    uint32_t noise = 1;
    for (int step = 1; step <= 2000; ++step) {
        noise = noise * 1664525 + 1013904223;
        const double jitter = (noise >> 8) / double{1 << 24} - 0.5;
        plot.train.push_back({double(step), 0.4 + 3 * std::exp(-step / 250.0) + 0.35 * jitter});
        if (step % 100 == 0) {
            plot.eval.push_back({double(step), 0.55 + 2.8 * std::exp(-step / 260.0) +
                                                   std::max(0, step - 1300) * 0.0002});
        }
    }
    return plot;
}

// ARGOSY_PLOT_OUT=file.png writes the picture to be looked at.
TEST(LossPlot, DrawsBothCurves) {
    const std::string png = OrThrow(DrawLossPlot(Example()));
    const Picture picture = Decode(png);
    ASSERT_EQ(picture.width, 1200);
    ASSERT_EQ(picture.height, 680);
    EXPECT_GT(picture.Count({31, 105, 184}), 1500u);   // train
    EXPECT_GT(picture.Count({222, 110, 22}), 1500u);   // eval
    EXPECT_GT(picture.Count({184, 210, 238}), 1500u);  // train as it was
    EXPECT_EQ(png, OrThrow(DrawLossPlot(Example())));
    if (const char* file = std::getenv("ARGOSY_PLOT_OUT")) OrThrow(WriteLossPlot(Example(), file));
}

TEST(LossPlot, DrawsWhatThereIs) {
    EXPECT_EQ(Decode(OrThrow(DrawLossPlot({.title = "nothing"}))).width, 1200);
    EXPECT_EQ(Decode(OrThrow(DrawLossPlot({.title = "one", .train = {{5, 2}}}))).width, 1200);
    const LossPlot odd{.title = std::string(500, 'x'),
                       .train = {{1, NAN}, {2, INFINITY}, {3, 1e30}, {4, -1}},
                       .eval = {{1, 1e30}}};
    EXPECT_EQ(Decode(OrThrow(DrawLossPlot(odd))).width, 1200);
    EXPECT_FALSE(WriteLossPlot({.title = "x"}, "/nowhere/x.png"));
}

TEST(Ticks, AreRoundAndCoverTheValues) {
    const Ticks ticks = MakeTicks(0, 3.4, 6);
    EXPECT_EQ(ticks.step, 1);
    EXPECT_EQ(ticks.high, 4);
    EXPECT_EQ(MakeTicks(0, 0.031, 6).Label(0.02), "0.02");
    EXPECT_EQ(MakeTicks(0, 20000, 8).Label(5000), "5k");
    EXPECT_EQ(MakeTicks(0, 2500000, 5).Label(1500000), "1.5M");
    EXPECT_GT(MakeTicks(2, 2, 6).values.size(), 1u);
}

TEST(Raster, CutsOffWhatIsOutside) {
    Raster picture(20, 10, {255, 255, 255});
    picture.FillRectangle(-5, -5, 8, 8, {1, 2, 3});
    picture.Polyline({{-100, 5}, {100, 5}}, 2, {9, 9, 9});
    picture.Text(15, 5, "Wide", 2, {0, 0, 0});
    picture.TextUpward(1, 3, "Up", 2, {0, 0, 0});
    EXPECT_EQ(picture.At(0, 0), (Colour{1, 2, 3}));
    EXPECT_EQ(picture.At(10, 4), (Colour{9, 9, 9}));
    EXPECT_EQ(picture.At(10, 9), (Colour{255, 255, 255}));
}

TEST(BitmapFont, LettersDiffer) {
    std::vector<std::string> seen;
    for (char letter = ' '; letter <= '~'; ++letter) {
        std::string shape;
        for (int y = 0; y < kGlyphHeight; ++y) {
            for (int x = 0; x < kGlyphWidth; ++x) shape += GlyphPixel(letter, x, y) ? '#' : '.';
        }
        EXPECT_EQ(std::count(seen.begin(), seen.end(), shape), 0) << letter;
        seen.push_back(shape);
    }
}

}  // namespace
}  // namespace argosy::lifecycle
