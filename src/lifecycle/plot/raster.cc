#include "lifecycle/plot/raster.h"

#include <png.h>

#include <algorithm>
#include <cmath>

#include "lifecycle/plot/bitmap_font.h"

namespace argosy::lifecycle {

namespace {

double Distance(Spot p, Spot a, Spot b) {
    const double dx = b.x - a.x;
    const double dy = b.y - a.y;
    const double square = dx * dx + dy * dy;
    const double along =
        square == 0 ? 0 : std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / square, 0.0, 1.0);
    return std::hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

int Bound(double value, int limit) {
    return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(limit)));
}

}  // namespace

Raster::Raster(int width, int height, Colour paper)
    : width_(width), height_(height), pixels_(static_cast<size_t>(width) * height * 3) {
    FillRectangle(0, 0, width, height, paper);
}

Colour Raster::At(int x, int y) const {
    const uint8_t* pixel = &pixels_[(static_cast<size_t>(y) * width_ + x) * 3];
    return {pixel[0], pixel[1], pixel[2]};
}

void Raster::Blend(int x, int y, Colour colour, double share) {
    uint8_t* pixel = &pixels_[(static_cast<size_t>(y) * width_ + x) * 3];
    const auto mix = [share](uint8_t below, uint8_t above) {
        return static_cast<uint8_t>(std::lround(below + (above - below) * share));
    };
    pixel[0] = mix(pixel[0], colour.red);
    pixel[1] = mix(pixel[1], colour.green);
    pixel[2] = mix(pixel[2], colour.blue);
}

void Raster::FillRectangle(int x, int y, int width, int height, Colour colour) {
    for (int row = std::max(y, 0); row < std::min(y + height, height_); ++row) {
        for (int column = std::max(x, 0); column < std::min(x + width, width_); ++column) {
            Blend(column, row, colour, 1);
        }
    }
}

// Each pixel is covered by the nearest piece of the line, once: joints don't get darker.
void Raster::Polyline(const std::vector<Spot>& spots, double thickness, Colour colour) {
    std::vector<float> cover(static_cast<size_t>(width_) * height_);
    const double radius = thickness / 2;
    for (size_t i = 1; i < spots.size(); ++i) {
        const Spot a = spots[i - 1];
        const Spot b = spots[i];
        const int left = Bound(std::min(a.x, b.x) - radius - 1, width_);
        const int right = Bound(std::max(a.x, b.x) + radius + 2, width_);
        const int top = Bound(std::min(a.y, b.y) - radius - 1, height_);
        const int bottom = Bound(std::max(a.y, b.y) + radius + 2, height_);
        for (int y = top; y < bottom; ++y) {
            for (int x = left; x < right; ++x) {
                const double away = Distance({x + 0.5, y + 0.5}, a, b);
                float& covered = cover[static_cast<size_t>(y) * width_ + x];
                covered = std::max(covered,
                                   static_cast<float>(std::clamp(radius + 0.5 - away, 0.0, 1.0)));
            }
        }
    }
    for (int y = 0; y < height_; ++y) {
        for (int x = 0; x < width_; ++x) {
            const float covered = cover[static_cast<size_t>(y) * width_ + x];
            if (covered > 0) Blend(x, y, colour, covered);
        }
    }
}

int Raster::TextWidth(std::string_view text, int scale) {
    const int letters = static_cast<int>(text.size());
    return letters == 0 ? 0 : (letters * kGlyphAdvance - (kGlyphAdvance - kGlyphWidth)) * scale;
}

void Raster::Text(int x, int y, std::string_view text, int scale, Colour colour) {
    for (const char letter : text) {
        for (int row = 0; row < kGlyphHeight; ++row) {
            for (int column = 0; column < kGlyphWidth; ++column) {
                if (!GlyphPixel(letter, column, row)) continue;
                FillRectangle(x + column * scale, y + row * scale, scale, scale, colour);
            }
        }
        x += kGlyphAdvance * scale;
    }
}

void Raster::TextUpward(int x, int y, std::string_view text, int scale, Colour colour) {
    for (const char letter : text) {
        for (int row = 0; row < kGlyphHeight; ++row) {
            for (int column = 0; column < kGlyphWidth; ++column) {
                if (!GlyphPixel(letter, column, row)) continue;
                FillRectangle(x + row * scale, y - (column + 1) * scale, scale, scale, colour);
            }
        }
        y -= kGlyphAdvance * scale;
    }
}

Result<std::string> Raster::Png() const {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width_);
    image.height = static_cast<png_uint_32>(height_);
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t bytes = 0;
    std::string file;
    if (png_image_write_get_memory_size(image, bytes, 0, pixels_.data(), 0, nullptr)) {
        file.resize(bytes);
        if (png_image_write_to_memory(&image, file.data(), &bytes, 0, pixels_.data(), 0, nullptr)) {
            file.resize(bytes);
            return file;
        }
    }
    return Err(ErrorCode::kInternal, "the picture cannot be encoded: {}", image.message);
}

}  // namespace argosy::lifecycle
