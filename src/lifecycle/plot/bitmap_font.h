// A font of our own for plots: printable ASCII, 5 pixels wide and 7 high, two more rows for what
// hangs below the line.
#pragma once

#include <string_view>

namespace argosy::lifecycle {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 9;    // with what hangs below the line
inline constexpr int kGlyphAdvance = 6;   // from one letter to the next
inline constexpr int kCapitalHeight = 7;  // from the line upward

/// Whether the pixel is set; anything but printable ASCII is drawn as a box.
bool GlyphPixel(char letter, int x, int y);

}  // namespace argosy::lifecycle
