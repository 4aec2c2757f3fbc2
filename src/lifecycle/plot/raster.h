// A picture in memory: rectangles, smooth lines and dots, text; written as PNG. Thread-compatible.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace argosy::lifecycle {

struct Colour {
    uint8_t red = 0, green = 0, blue = 0;
    bool operator==(const Colour&) const = default;
};

struct Spot {
    double x = 0, y = 0;  // pixels from the top left corner
};

/// Anything outside the picture is cut off.
class Raster {
  public:
    Raster(int width, int height, Colour paper);

    int width() const { return width_; }
    int height() const { return height_; }
    Colour At(int x, int y) const;

    void FillRectangle(int x, int y, int width, int height, Colour colour);
    /// A smooth line through all spots, `thickness` pixels wide, with round ends.
    void Polyline(const std::vector<Spot>& spots, double thickness, Colour colour);
    void Dot(Spot centre, double radius, Colour colour) {
        Polyline({centre, centre}, 2 * radius, colour);
    }
    /// (x, y) is the top left corner of the first capital; each pixel of the font is a square of
    /// `scale` pixels. Upward text reads from below to above, (x, y) its bottom left corner.
    void Text(int x, int y, std::string_view text, int scale, Colour colour);
    void TextUpward(int x, int y, std::string_view text, int scale, Colour colour);
    static int TextWidth(std::string_view text, int scale);

    /// The whole as a PNG file. kInternal where libpng refuses.
    Result<std::string> Png() const;

  private:
    void Blend(int x, int y, Colour colour, double share);

    int width_, height_;
    std::vector<uint8_t> pixels_;  // RGB, row by row
};

}  // namespace argosy::lifecycle
